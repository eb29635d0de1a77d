#include "tests/simulator/admin.h"

#include <fmt/format.h>
#include <rapidjson/document.h>

#include <array>
#include <iterator>
#include <optional>
#include <stdexcept>

#include "tests/simulator/json_text.h"
#include "tests/simulator/routes.h"

namespace tlm::simulator {
namespace {

Reply insert(Store& store, Kind kind, const Request& request) {
    auto read = raw_records(kind, request.body, store.stamps);
    if (const auto* refusal = std::get_if<Refusal>(&read)) return error_reply(400, refusal->error);
    auto& records = std::get<std::vector<Record>>(read);
    std::vector<std::string> ids;
    ids.reserve(records.size());
    for (const Record& record : records) {
        ids.push_back(record.id);
        if (kind == Kind::kTask) store.notes.push_back({TaskNote::What::kCreated, record.id});
    }
    Collection& collection =
        kind == Kind::kAgent ? store.agents : (kind == Kind::kTeam ? store.teams : store.tasks);
    collection.put(std::move(records));
    return {201, fmt::format(R"({{"inserted":{},"ids":[{}]}})", ids.size(), quoted_list(ids))};
}

// Which tasks a worker reports on, and with what.
struct Report {
    std::optional<std::string> id, subject;
    bool all = false;
    std::string status = "completed";

    [[nodiscard]] bool is_about(const Record& task) const {
        if (id) return *id == task.id;
        if (!is_open(task)) return false;
        return all || (subject && *subject == task.name);
    }
};

std::optional<Report> read_report(const std::string& body) {
    rapidjson::Document document;
    document.Parse<kParseFlags>(body.data(), body.size());
    if (document.HasParseError() || !document.IsObject()) return std::nullopt;
    const auto text = [&](const char* name) -> std::optional<std::string> {
        const auto found = document.FindMember(name);
        if (found == document.MemberEnd() || !found->value.IsString()) return std::nullopt;
        return std::string(found->value.GetString(), found->value.GetStringLength());
    };
    const auto all = document.FindMember("all");
    Report report{text("id"), text("subject"), all != document.MemberEnd() && all->value.IsTrue(),
                  text("status").value_or("completed")};
    if (!report.id && !report.subject && !report.all) return std::nullopt;
    return report;
}

Reply report_tasks(Store& store, const Request& request) {
    const auto report = read_report(request.body);
    if (!report) return error_reply(400, "one of id, subject and all is needed");
    std::vector<std::string> ids;
    for (const Record* task : store.tasks.all()) {
        if (!report->is_about(*task)) continue;
        ids.push_back(task->id);
        // Neither id nor subject changes, so the order that is being walked stays as it is.
        store.set_task_status(*task, report->status, TaskNote::What::kUpdated);
    }
    return {200, fmt::format(R"({{"changed":{},"ids":[{}]}})", ids.size(), quoted_list(ids))};
}

Reply add_fault(Faults& faults, const Request& request) {
    if (const auto problem = faults.add(request.body)) return error_reply(400, *problem);
    return {201, faults.to_json()};
}

Reply no_content() {
    return {204, ""};
}

Reply employ(Progress& progress, const Request& request) {
    try {
        progress.employ(read_scripts(request.body));
        return no_content();
    } catch (const std::invalid_argument& problem) {
        return error_reply(400, problem.what());
    }
}

// A member of the body, which may be empty.
std::optional<rapidjson::Document> member(const Request& request, const char* name) {
    rapidjson::Document document;
    document.Parse<kParseFlags>(request.body.data(), request.body.size());
    if (document.HasParseError() || !document.IsObject() || !document.HasMember(name)) return std::nullopt;
    rapidjson::Document value;
    value.CopyFrom(document[name], value.GetAllocator());
    return value;
}

std::string text_member(const Request& request, const char* name) {
    const auto value = member(request, name);
    return value && value->IsString() ? value->GetString() : "";
}

Reply set_events(Progress& progress, const Request& request) {
    try {
        if (const auto faults = member(request, "faults")) progress.events().set_faults(*faults);
        if (member(request, "broker"))
            progress.connect(text_member(request, "broker"), text_member(request, "ca"));
        return no_content();
    } catch (const std::exception& problem) {
        return error_reply(400, problem.what());
    }
}

Reply skip(Progress& progress, const Request& request) {
    const auto time = member(request, "ms");
    if (!time || !time->IsUint()) return error_reply(400, "ms must be a whole number");
    progress.skip(std::chrono::milliseconds(time->GetUint()));
    return no_content();
}

Reply restart(const Admin& admin, const Request& request) {
    const auto memory = member(request, "memory");
    admin.restart(!memory || !memory->IsFalse());
    return no_content();
}

struct AdminRoute {
    std::string_view method, path;
    Reply (*answer)(const Admin&, const Request&);
};

constexpr std::array<AdminRoute, 18> kAdminRoutes{{
    {"GET", "/admin/stats",
     [](const Admin& a, const Request&) -> Reply {
         return {200, a.traffic.stats_json(a.store)};
     }},
    {"POST", "/admin/stats/reset",
     [](const Admin& a, const Request&) {
         a.traffic.reset();
         a.store.dispatched_early = 0;
         return no_content();
     }},
    {"GET", "/admin/requests",
     [](const Admin& a, const Request&) -> Reply {
         return {200, a.traffic.log_json()};
     }},
    {"POST", "/admin/faults", [](const Admin& a, const Request& r) { return add_fault(a.faults, r); }},
    {"GET", "/admin/faults",
     [](const Admin& a, const Request&) -> Reply {
         return {200, a.faults.to_json()};
     }},
    {"DELETE", "/admin/faults",
     [](const Admin& a, const Request&) {
         a.faults.clear();
         return no_content();
     }},
    {"POST", "/admin/tasks/complete",
     [](const Admin& a, const Request& r) { return report_tasks(a.store, r); }},
    {"POST", "/admin/agents",
     [](const Admin& a, const Request& r) { return insert(a.store, Kind::kAgent, r); }},
    {"POST", "/admin/teams",
     [](const Admin& a, const Request& r) { return insert(a.store, Kind::kTeam, r); }},
    {"POST", "/admin/tasks",
     [](const Admin& a, const Request& r) { return insert(a.store, Kind::kTask, r); }},
    {"GET", "/admin/tasks/log",
     [](const Admin& a, const Request&) -> Reply {
         return {200, a.progress.log().to_json()};
     }},
    {"POST", "/admin/workers", [](const Admin& a, const Request& r) { return employ(a.progress, r); }},
    {"DELETE", "/admin/workers",
     [](const Admin& a, const Request&) {
         a.progress.employ({});
         return no_content();
     }},
    {"POST", "/admin/workers/skip", [](const Admin& a, const Request& r) { return skip(a.progress, r); }},
    {"GET", "/admin/events",
     [](const Admin& a, const Request&) -> Reply {
         return {200, fmt::format(R"({{"connected":{},"events":{}}})", a.progress.connected(),
                                  a.progress.events().to_json())};
     }},
    {"POST", "/admin/events", [](const Admin& a, const Request& r) { return set_events(a.progress, r); }},
    {"POST", "/admin/forget",
     [](const Admin& a, const Request&) {
         a.progress.forget();
         return no_content();
     }},
    {"POST", "/admin/restart", restart},
}};

}  // namespace

Reply Admin::handle(const Request& request) const {
    for (const AdminRoute& route : kAdminRoutes) {
        if (route.method == request.method && route.path == request.path) return route.answer(*this, request);
    }
    return error_reply(404, "no such admin route");
}

}  // namespace tlm::simulator
