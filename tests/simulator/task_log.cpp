#include "tests/simulator/task_log.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "tests/simulator/json_text.h"

namespace tlm::simulator {
namespace {

std::string number(const std::optional<std::uint64_t>& value) {
    return value ? std::to_string(*value) : "null";
}

}  // namespace

bool TaskLog::created(const Record& task) {
    Entry entry{task.id, task.team, task.name, task.status, blockers(task)};
    entry.early = !std::ranges::all_of(entry.blocked_by, [&](const auto& id) { return is_completed(id); });
    entry.created = ++last_;
    places_[task.id] = entries_.size();
    entries_.push_back(std::move(entry));
    return entries_.back().early;
}

void TaskLog::has_status(const std::string& id, const std::string& status) {
    const auto place = places_.find(id);
    if (place == places_.end()) return;
    Entry& entry = entries_[place->second];
    if (entry.status == status) return;
    entry.status = status;
    ++last_;
    if (status == "running" && !entry.started) entry.started = last_;
    if (status == "completed" || status == "failed") entry.finished = last_;
}

std::string TaskLog::to_json() const {
    std::string list;
    for (const Entry& entry : entries_) {
        fmt::format_to(std::back_inserter(list),
                       R"({}{{"id":{},"team":{},"subject":{},"blocked_by":[{}],"early":{},"status":{},)"
                       R"("created":{},"started":{},"finished":{}}})",
                       list.empty() ? "" : ",", quoted(entry.id), quoted(entry.team), quoted(entry.subject),
                       quoted_list(entry.blocked_by), entry.early, quoted(entry.status), entry.created,
                       number(entry.started), number(entry.finished));
    }
    return fmt::format(R"({{"tasks":[{}]}})", list);
}

bool TaskLog::is_completed(const std::string& id) const {
    const auto place = places_.find(id);
    return place != places_.end() && entries_[place->second].status == "completed";
}

}  // namespace tlm::simulator
