#include "engine/wait/task_board.h"

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "engine/snapshot/task_end.h"

namespace tlm {
namespace {

// A list can miss an item once although it fitted together, where two items changed places in between.
constexpr unsigned char kUnseenIsLost = 2;

}  // namespace

TaskStage stage_of(TaskEnd end) {
    switch (end) {
        case TaskEnd::completed:
            return TaskStage::completed;
        case TaskEnd::failed:
            return TaskStage::failed;
        case TaskEnd::skipped:
            break;
    }
    return TaskStage::skipped;
}

std::optional<TaskEnd> end_of(TaskStage stage) {
    if (stage == TaskStage::completed) return TaskEnd::completed;
    if (stage == TaskStage::failed) return TaskEnd::failed;
    if (stage == TaskStage::skipped) return TaskEnd::skipped;
    return std::nullopt;
}

std::string_view stage_name(TaskStage stage) {
    switch (stage) {
        case TaskStage::waiting:
            return "waiting";
        case TaskStage::ready:
            return "ready";
        case TaskStage::submitted:
            return "submitted";
        case TaskStage::completed:
            return "completed";
        case TaskStage::failed:
            return "failed";
        case TaskStage::skipped:
            return "skipped";
        case TaskStage::lost:
            return "lost";
    }
    return "";
}

TaskBoard::TaskBoard(const std::vector<Binding>& submitted, const std::vector<const Change*>& waiting,
                     TimePoint now, const std::vector<EndedTask>& ended) {
    std::unordered_set<Address> bound;
    std::unordered_set<Address> to_come;
    for (const Binding& binding : submitted) {
        TrackedTask& task = tasks_.emplace_back();
        task.address = binding.address;
        task.stage = TaskStage::submitted;
        task.id = binding.id;
        task.team = binding.team;
        task.assign_to = binding.applied.read().text(Attribute::assign_to);
        task.submitted_at = now;
        task.since = now;
        bound.insert(binding.address);
    }
    for (const Change* change : waiting) {
        if (bound.contains(change->address)) continue;
        to_come.insert(change->address);
        TrackedTask& task = tasks_.emplace_back();
        task.address = change->address;
        task.assign_to = planned_attributes(*change).text(Attribute::assign_to);
        task.since = now;
        task.create = change;
    }
    for (const EndedTask& end : ended) {
        if (to_come.contains(end.address)) continue;
        if (bound.contains(end.address)) {
            remembered_.emplace(end.address, end);
            continue;
        }
        TrackedTask& task = tasks_.emplace_back();
        task.address = end.address;
        task.stage = stage_of(end.end);
        task.id = end.id;
        task.submitted_at = now;
        task.since = now;
    }
    std::ranges::sort(tasks_, {}, &TrackedTask::address);
    link();
}

void TaskBoard::link() {
    const std::size_t n = tasks_.size();
    dependents_.resize(n);
    missing_.resize(n);
    unseen_.resize(n);
    std::unordered_map<Address, std::size_t> index;
    for (std::size_t i = 0; i < n; ++i) {
        index.emplace(tasks_[i].address, i);
        if (!tasks_[i].id.empty()) by_id_.emplace(tasks_[i].id, i);
    }
    for (std::size_t i = 0; i < n; ++i) {
        if (tasks_[i].create != nullptr) {
            for (const Address& predecessor : tasks_[i].create->waits_for) {
                const auto at = index.find(predecessor);
                const bool open = at != index.end() && !at_end(tasks_[at->second].stage);
                if (at != index.end() && tasks_[at->second].stage == TaskStage::completed) continue;
                ++missing_[i];
                if (open) {
                    dependents_[at->second].push_back(i);
                } else {
                    tasks_[i].reason = predecessor.text();
                    hopeless_.push_back(i);
                }
            }
            if (missing_[i] == 0) tasks_[i].stage = TaskStage::ready;
        }
        ++counts_[static_cast<std::size_t>(tasks_[i].stage)];
    }
}

std::vector<std::size_t> TaskBoard::see(const Snapshot& fleet, TimePoint now) {
    std::vector<std::size_t> moved;
    for (const std::size_t task : std::exchange(hopeless_, {}))
        skip(task, tasks_[task].reason, now, moved);
    std::vector<bool> seen(tasks_.size());
    for (const LiveResource& live : fleet.resources) {
        if (live.kind != Kind::task) continue;
        const auto at = by_id_.find(live.id);
        if (at == by_id_.end()) continue;
        const std::size_t i = at->second;
        seen[i] = true;
        TrackedTask& task = tasks_[i];
        const std::string_view status = live.attributes.text(Attribute::status);
        if (at_end(task.stage) || status == task.status) continue;
        task.status = status;
        const auto known = remembered_.find(task.address);
        const bool same = known != remembered_.end() && known->second.id == task.id;
        const auto end = task_end(status, same ? std::optional(known->second.end) : std::nullopt);
        move(i, end ? stage_of(*end) : TaskStage::submitted, now, moved);
    }
    for (std::size_t i = 0; i < tasks_.size(); ++i) {
        if (tasks_[i].stage != TaskStage::submitted) continue;
        // Where the lists kept shifting, nothing follows from what they did not hold.
        if (seen[i]) {
            unseen_[i] = 0;
        } else if (fleet.consistent && ++unseen_[i] == kUnseenIsLost) {
            const auto at = remembered_.find(tasks_[i].address);
            move(i, at == remembered_.end() ? TaskStage::lost : stage_of(at->second.end), now, moved);
        }
    }
    put_in_order(moved);
    return moved;
}

std::vector<std::size_t> TaskBoard::ready() const {
    std::vector<std::size_t> ready;
    if (count(TaskStage::ready) == 0) return ready;
    for (std::size_t i = 0; i < tasks_.size(); ++i) {
        if (tasks_[i].stage == TaskStage::ready && waited_for(tasks_[i])) ready.push_back(i);
    }
    return ready;
}

void TaskBoard::submitted(std::size_t task, const Binding& binding, TimePoint now) {
    std::vector<std::size_t> moved;
    tasks_[task].id = binding.id;
    tasks_[task].team = binding.team;
    tasks_[task].submitted_at = now;
    unseen_[task] = 0;
    by_id_.emplace(binding.id, task);
    move(task, TaskStage::submitted, now, moved);
}

std::vector<std::size_t> TaskBoard::refused(std::size_t task, const std::string& reason, TimePoint now) {
    std::vector<std::size_t> moved;
    tasks_[task].reason = reason;
    move(task, TaskStage::failed, now, moved);
    put_in_order(moved);
    return moved;
}

// By address, but what is skipped comes after what it is skipped for.
void TaskBoard::put_in_order(std::vector<std::size_t>& moved) const {
    std::ranges::sort(moved, {},
                      [&](std::size_t i) { return std::pair(tasks_[i].stage == TaskStage::skipped, i); });
}

void TaskBoard::move(std::size_t task, TaskStage stage, TimePoint now, std::vector<std::size_t>& moved) {
    TrackedTask& it = tasks_[task];
    --counts_[static_cast<std::size_t>(it.stage)];
    ++counts_[static_cast<std::size_t>(stage)];
    it.stage = stage;
    it.since = now;
    moved.push_back(task);
    if (!at_end(stage)) return;
    for (const std::size_t dependent : dependents_[task]) {
        if (tasks_[dependent].stage != TaskStage::waiting) continue;
        if (stage != TaskStage::completed) {
            skip(dependent, it.address.text(), now, moved);
        } else if (--missing_[dependent] == 0) {
            --counts_[static_cast<std::size_t>(TaskStage::waiting)];
            ++counts_[static_cast<std::size_t>(TaskStage::ready)];
            tasks_[dependent].stage = TaskStage::ready;
            tasks_[dependent].since = now;
        }
    }
}

// A chain may be long: not by recursion.
void TaskBoard::skip(std::size_t task, const std::string& because, TimePoint now,
                     std::vector<std::size_t>& moved) {
    std::vector<std::pair<std::size_t, std::string>> open = {{task, because}};
    while (!open.empty()) {
        const auto [i, reason] = std::move(open.back());
        open.pop_back();
        TrackedTask& it = tasks_[i];
        if (it.stage != TaskStage::waiting) continue;
        --counts_[static_cast<std::size_t>(TaskStage::waiting)];
        ++counts_[static_cast<std::size_t>(TaskStage::skipped)];
        it.stage = TaskStage::skipped;
        it.since = now;
        it.reason = reason;
        moved.push_back(i);
        for (const std::size_t dependent : dependents_[i])
            open.emplace_back(dependent, reason);
    }
}

bool TaskBoard::over() const {
    return std::ranges::none_of(tasks_, [&](const TrackedTask& task) { return waited_for(task); });
}

bool TaskBoard::over(const std::string& workflow) const {
    return std::ranges::none_of(tasks_, [&](const TrackedTask& task) {
        return task.address.workflow == workflow && !at_end(task.stage);
    });
}

}  // namespace tlm
