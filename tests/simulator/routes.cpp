#include "tests/simulator/routes.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <iterator>
#include <optional>

#include "tests/simulator/json_text.h"

namespace tlm::simulator {
namespace {

using Page = std::span<const Record* const>;

Reply ok(std::string body) {
    return {200, std::move(body)};
}

Reply refused(const Refusal& refusal) {
    return refusal.error.empty() ? Reply{refusal.status, ""} : error_reply(refusal.status, refusal.error);
}

Reply missing(std::string_view what) {
    return error_reply(404, fmt::format("{} not found", what));
}

Reply deleted(const std::string& id) {
    return ok(fmt::format(R"({{"deleted":{}}})", quoted(id)));
}

Reply wrapped(std::string_view member, const Record& record, unsigned status = 200) {
    return {status, fmt::format(R"({{"{}":{}}})", member, record.json)};
}

// The value of a query's parameter; empty if it is not there, and `valid` false if it is no whole number.
struct Number {
    std::optional<long> value;
    bool valid = true;
};

Number query_number(std::string_view query, std::string_view name) {
    while (!query.empty()) {
        const std::string_view pair = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(query.size(), pair.size() + 1));
        if (pair.substr(0, pair.find('=')) != name || pair.size() == name.size()) continue;
        std::string digits(pair.substr(name.size() + 1));
        const bool negative = digits.starts_with('-');
        if (negative) digits.erase(0, 1);
        if (digits.empty() || digits.find_first_not_of("0123456789") != std::string::npos) return {{}, false};
        const long value = digits.size() > 15 ? 999'999'999'999'999 : std::stol(digits);
        return {negative ? -value : value};
    }
    return {};
}

// The records and their texts lie anywhere in memory, and a processor that comes upon them one by one waits
// for each: those that come next are asked for meanwhile.
void append_texts(std::string& body, Page page) {
    constexpr std::size_t kAhead = 8;
    constexpr std::size_t kBehind = 128;  // a text's second part; the processor goes on from there by itself
    constexpr std::size_t kRoom = 100;    // for what follows the records
    const auto ahead = [&](std::size_t i) { return page[std::min(i, page.size() - 1)]; };
    std::size_t size = body.size() + kRoom;
    for (std::size_t i = 0; i < page.size(); ++i) {
        __builtin_prefetch(&ahead(i + kAhead)->json);
        size += page[i]->json.size() + 1;
    }
    body.reserve(size);
    for (std::size_t i = 0; i < page.size(); ++i) {
        const std::string& next = ahead(i + kAhead)->json;
        __builtin_prefetch(next.data());
        __builtin_prefetch(next.data() + std::min(next.size(), kBehind));
        if (i > 0) body += ',';
        body += page[i]->json;
    }
}

Reply list(
    const Call& call, std::string_view member, Page all,
    const std::function<void(Page)>& shown = [](Page) {}) {
    const Number limit = query_number(call.request.query, "limit");
    const Number offset = query_number(call.request.query, "offset");
    if (!limit.valid || !offset.valid) return error_reply(400, "limit and offset must be numbers");
    constexpr long kDefault = 100;
    constexpr long kMost = 1000;
    const long asked = limit.value.value_or(kDefault);
    const std::size_t most = static_cast<std::size_t>(asked < 0 ? kMost : std::min(asked, kMost));
    const std::size_t skip = static_cast<std::size_t>(std::max(0L, offset.value.value_or(0)));
    const std::size_t first = std::min(skip, all.size());
    std::string body = fmt::format(R"({{"{}":[)", member);
    const Page page = all.subspan(first, std::min(most, all.size() - first));
    shown(page);
    append_texts(body, page);
    fmt::format_to(std::back_inserter(body), R"(],"limit":{},"offset":{},"total":{}}})", most, skip,
                   all.size());
    return ok(std::move(body));
}

// Agents

Reply list_agents(Store& store, const Call& call) {
    return list(call, "agents", store.agents.all());
}

Reply create_agent(Store& store, const Call& call) {
    auto made = new_agent(call.request.body, store.stamps.next());
    if (const auto* refusal = std::get_if<Refusal>(&made)) return refused(*refusal);
    const Record& agent = store.agents.put(std::get<Record>(std::move(made)));
    return {201, fmt::format(R"({{"id":{},"agent":{}}})", quoted(agent.id), agent.json)};
}

Reply agent_by_name(Store& store, const Call& call) {
    const Record* agent = store.agents.find_named(call.arguments[0]);
    return agent ? wrapped("agent", *agent) : missing("agent");
}

Reply get_agent(Store& store, const Call& call) {
    const Record* agent = store.agents.find(call.arguments[0]);
    return agent ? wrapped("agent", *agent) : missing("agent");
}

Reply patch_agent(Store& store, const Call& call) {
    const Record* agent = store.agents.find(call.arguments[0]);
    if (agent == nullptr) return missing("agent");
    auto merged = merged_agent(*agent, call.request.body);
    if (const auto* refusal = std::get_if<Refusal>(&merged)) return refused(*refusal);
    return wrapped("agent", store.agents.put(std::get<Record>(std::move(merged))));
}

Reply delete_agent(Store& store, const Call& call) {
    return store.agents.erase(call.arguments[0]) ? deleted(call.arguments[0]) : missing("agent");
}

Reply set_agent_status(Store& store, const Call& call, std::string_view status) {
    const Record* agent = store.agents.find(call.arguments[0]);
    if (agent == nullptr) return missing("agent");
    const Record& changed = store.agents.put(with_status(*agent, Kind::kAgent, std::string(status), ""));
    return ok(fmt::format(R"({{"status":"{}","id":{}}})", status, quoted(changed.id)));
}

Reply start_agent(Store& store, const Call& call) {
    return set_agent_status(store, call, "online");
}
Reply stop_agent(Store& store, const Call& call) {
    return set_agent_status(store, call, "offline");
}

// Teams

Reply list_teams(Store& store, const Call& call) {
    return list(call, "teams", store.teams.all());
}

Reply create_team(Store& store, const Call& call) {
    auto made = new_team(call.request.body, store.stamps.next());
    if (const auto* refusal = std::get_if<Refusal>(&made)) return refused(*refusal);
    return wrapped("team", store.teams.put(std::get<Record>(std::move(made))), 201);
}

Reply get_team(Store& store, const Call& call) {
    const Record* team = store.teams.find(call.arguments[0]);
    return team ? wrapped("team", *team) : missing("team");
}

Reply put_team(Store& store, const Call& call) {
    const Record* team = store.teams.find(call.arguments[0]);
    if (team == nullptr) return missing("team");
    auto merged = merged_team(*team, call.request.body);
    if (const auto* refusal = std::get_if<Refusal>(&merged)) return refused(*refusal);
    return wrapped("team", store.teams.put(std::get<Record>(std::move(merged))));
}

Reply delete_team(Store& store, const Call& call) {
    return store.teams.erase(call.arguments[0]) ? deleted(call.arguments[0]) : missing("team");
}

// Tasks

Reply list_shown(Store& store, const Call& call, Page tasks) {
    return list(call, "tasks", tasks, [&](Page page) { store.show(page); });
}

Reply list_tasks(Store& store, const Call& call) {
    return list_shown(store, call, store.tasks.all());
}

Reply list_team_tasks(Store& store, const Call& call) {
    return list_shown(store, call, store.tasks.of_team(call.arguments[0]));
}

Reply create_task(Store& store, const Call& call) {
    auto made = new_task(call.request.body, call.arguments[0], store.stamps.next());
    if (const auto* refusal = std::get_if<Refusal>(&made)) return refused(*refusal);
    return wrapped("task", store.add_task(std::get<Record>(std::move(made))), 201);
}

const Record* find_task(const Store& store, const Call& call) {
    const Record* task = store.tasks.find(call.arguments[1]);
    return task != nullptr && task->team == call.arguments[0] ? task : nullptr;
}

Reply get_task(Store& store, const Call& call) {
    const Record* task = find_task(store, call);
    if (task == nullptr) return missing("task");
    store.show({&task, 1});
    return wrapped("task", *task);
}

Reply update_task(Store& store, const Call& call) {
    const Record* task = find_task(store, call);
    if (task == nullptr) return missing("task");
    auto merged = merged_task(*task, call.request.body, store.stamps.next_time());
    if (const auto* refusal = std::get_if<Refusal>(&merged)) return refused(*refusal);
    return wrapped("task", store.update_task(std::get<Record>(std::move(merged))));
}

// Others

Reply health(Store&, const Call&) {
    return ok(R"({"status":"ok"})");
}
Reply root_health(Store&, const Call&) {
    return ok(R"({"status":"ok","service":"Agamemnon"})");
}
Reply version(Store&, const Call&) {
    return ok(R"({"version":"0.1.0","name":"Agamemnon"})");
}
Reply list_workflows(Store&, const Call&) {
    return ok(R"({"workflows":[]})");
}

// The first that matches counts, so by-name stands before {id}.
constexpr std::array<Route, 23> kRoutes{{
    {"GET", "/health", root_health},
    {"GET", "/v1/health", health},
    {"GET", "/v1/version", version},
    {"GET", "/v1/workflows", list_workflows},
    {"GET", "/v1/agents", list_agents},
    {"POST", "/v1/agents", create_agent},
    {"GET", "/v1/agents/by-name/{name}", agent_by_name},
    {"GET", "/v1/agents/{id}", get_agent},
    {"PATCH", "/v1/agents/{id}", patch_agent},
    {"DELETE", "/v1/agents/{id}", delete_agent},
    {"POST", "/v1/agents/{id}/start", start_agent},
    {"POST", "/v1/agents/{id}/stop", stop_agent},
    {"GET", "/v1/teams", list_teams},
    {"POST", "/v1/teams", create_team},
    {"GET", "/v1/teams/{id}", get_team},
    {"PUT", "/v1/teams/{id}", put_team},
    {"DELETE", "/v1/teams/{id}", delete_team},
    {"GET", "/v1/tasks", list_tasks},
    {"GET", "/v1/teams/{team_id}/tasks", list_team_tasks},
    {"POST", "/v1/teams/{team_id}/tasks", create_task},
    {"GET", "/v1/teams/{team_id}/tasks/{task_id}", get_task},
    {"PUT", "/v1/teams/{team_id}/tasks/{task_id}", update_task},
    {"PATCH", "/v1/teams/{team_id}/tasks/{task_id}", update_task},
}};

std::string_view cut_segment(std::string_view& path) {
    path.remove_prefix(1);  // the slash
    const std::string_view segment = path.substr(0, path.find('/'));
    path.remove_prefix(segment.size());
    return segment;
}

std::optional<std::vector<std::string>> arguments_of(std::string_view pattern, std::string_view path) {
    std::vector<std::string> arguments;
    while (!pattern.empty() && !path.empty()) {
        const std::string_view wanted = cut_segment(pattern);
        const std::string_view segment = cut_segment(path);
        if (wanted.starts_with('{') && !segment.empty()) {
            arguments.emplace_back(segment);
        } else if (wanted != segment) {
            return std::nullopt;
        }
    }
    if (!pattern.empty() || !path.empty()) return std::nullopt;
    return arguments;
}

}  // namespace

Match find_route(std::string_view method, std::string_view path) {
    if (!path.starts_with('/')) return {};
    for (const Route& route : kRoutes) {
        if (route.method != method) continue;
        if (auto arguments = arguments_of(route.pattern, path)) return {&route, *std::move(arguments)};
    }
    return {};
}

std::string route_name(std::string_view method, const Match& match) {
    return fmt::format("{} {}", method, match.route ? match.route->pattern : "(no such route)");
}

Reply error_reply(unsigned status, std::string_view error) {
    return {status, fmt::format(R"({{"error":{}}})", quoted(error))};
}

}  // namespace tlm::simulator
