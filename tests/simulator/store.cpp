#include "tests/simulator/store.h"

#include <algorithm>
#include <utility>

namespace tlm::simulator {
namespace {

bool before(const Record* a, const Record* b) {
    return a->id < b->id;
}

}  // namespace

void IdOrder::insert(const Record* record) {
    records_.insert(std::ranges::lower_bound(records_, record, before), record);
}

void IdOrder::insert(std::span<const Record* const> records) {
    const auto old_size = static_cast<std::ptrdiff_t>(records_.size());
    records_.insert(records_.end(), records.begin(), records.end());
    std::sort(records_.begin() + old_size, records_.end(), before);
    std::inplace_merge(records_.begin(), records_.begin() + old_size, records_.end(), before);
}

void IdOrder::erase(const Record* record) {
    const auto found = std::ranges::lower_bound(records_, record, before);
    if (found != records_.end() && *found == record) records_.erase(found);
}

const Record& Collection::put(Record record) {
    if (const auto found = records_.find(record.id); found != records_.end()) {
        if (name_key(found->second) == name_key(record)) return found->second = std::move(record);
        erase(record.id);
    }
    const std::string id = record.id;
    const Record& kept = records_.emplace(id, std::move(record)).first->second;
    order_.insert(&kept);
    by_name_[name_key(kept)].insert(&kept);
    if (!kept.team.empty()) by_team_[kept.team].insert(&kept);
    return kept;
}

void Collection::put(std::vector<Record> records) {
    std::vector<const Record*> added;
    std::unordered_map<std::string, std::vector<const Record*>> teams, names;
    for (const Record& record : records)
        erase(record.id);
    // Backwards, so that of several with one id the last one stays.
    for (auto record = records.rbegin(); record != records.rend(); ++record) {
        const std::string id = record->id;
        const auto [place, fresh] = records_.try_emplace(id, std::move(*record));
        if (!fresh) continue;
        const Record& kept = place->second;
        added.push_back(&kept);
        names[name_key(kept)].push_back(&kept);
        if (!kept.team.empty()) teams[kept.team].push_back(&kept);
    }
    order_.insert(added);
    for (const auto& [team, members] : teams)
        by_team_[team].insert(members);
    for (const auto& [name, members] : names)
        by_name_[name].insert(members);
}

bool Collection::erase(const std::string& id) {
    const auto found = records_.find(id);
    if (found == records_.end()) return false;
    const Record* record = &found->second;
    order_.erase(record);
    if (const auto team = by_team_.find(record->team); team != by_team_.end()) {
        team->second.erase(record);
        if (team->second.all().empty()) by_team_.erase(team);
    }
    if (const auto name = by_name_.find(name_key(*record)); name != by_name_.end()) {
        name->second.erase(record);
        if (name->second.all().empty()) by_name_.erase(name);
    }
    records_.erase(found);
    return true;
}

void Collection::clear() {
    *this = Collection();
}

const Record* Collection::find(const std::string& id) const {
    const auto found = records_.find(id);
    return found == records_.end() ? nullptr : &found->second;
}

const Record* Collection::find_named(const std::string& name) const {
    const auto found = by_name_.find("\n" + name);
    return found == by_name_.end() ? nullptr : found->second.all().front();
}

std::span<const Record* const> Collection::of_team(const std::string& team) const {
    const auto found = by_team_.find(team);
    return found == by_team_.end() ? std::span<const Record* const>() : found->second.all();
}

std::size_t Collection::duplicates() const {
    return records_.size() - by_name_.size();
}

std::string Collection::name_key(const Record& record) {
    return record.team + "\n" + record.name;
}

bool is_open(const Record& task) {
    return task.status != "completed" && task.status != "failed";
}

const Record& Store::add_task(Record task) {
    notes.push_back({TaskNote::What::kCreated, task.id});
    return tasks.put(std::move(task));
}

const Record& Store::update_task(Record task) {
    notes.push_back({TaskNote::What::kUpdated, task.id, task.status});
    return tasks.put(std::move(task));
}

void Store::show(std::span<const Record* const> shown) {
    if (!answers_count) return;
    for (const Record* task : shown)
        notes.push_back({TaskNote::What::kShown, task->id});
}

void Store::set_task_status(const Record& task, const std::string& status, TaskNote::What what) {
    notes.push_back({what, task.id, status});
    tasks.put(with_status(task, Kind::kTask, status, stamps.next_time()));
}

void Store::forget() {
    agents.clear();
    teams.clear();
    tasks.clear();
    dispatched_early = 0;
    notes.clear();
}

}  // namespace tlm::simulator
