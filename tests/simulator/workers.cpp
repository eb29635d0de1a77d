#include "tests/simulator/workers.h"

#include <algorithm>
#include <utility>

namespace tlm::simulator {

using std::chrono::milliseconds;

namespace {

std::string status_after(Outcome outcome) {
    return outcome == Outcome::kFailed ? "failed" : "completed";
}

}  // namespace

void Workers::employ(std::vector<WorkerScript> scripts, Store& store, Time now) {
    forget();
    scripts_ = std::move(scripts);
    store.answers_count = std::ranges::any_of(
        scripts_, [](const WorkerScript& script) { return std::holds_alternative<long>(script.end); });
    std::vector<std::string> open;
    for (const Record* task : store.tasks.all()) {
        if (is_open(*task)) open.push_back(task->id);
    }
    for (const std::string& id : open)
        take(store, id, now);
}

void Workers::take(Store& store, const std::string& id, Time now) {
    const Record* task = store.tasks.find(id);
    const WorkerScript* script =
        task != nullptr && is_open(*task) ? find_script(scripts_, task->name) : nullptr;
    if (script == nullptr || script->outcome == Outcome::kUntaken) return;
    store.set_task_status(*task, "running", TaskNote::What::kWorked);
    if (script->outcome == Outcome::kNever) return;
    Job& job = jobs_[id] = {script->outcome};
    if (const auto* time = std::get_if<milliseconds>(&script->end)) {
        due_.emplace(now + *time, id);
        return;
    }
    job.reads_left = std::get<long>(script->end);
    if (job.reads_left == 0) end(store, id);
}

void Workers::shown(Store& store, const std::string& id) {
    const auto job = jobs_.find(id);
    if (job == jobs_.end() || !job->second.reads_left) return;
    if (--*job->second.reads_left == 0) end(store, id);
}

void Workers::pass(Store& store, Time now) {
    while (!due_.empty() && due_.begin()->first <= now) {
        const std::string id = due_.begin()->second;
        due_.erase(due_.begin());
        end(store, id);
    }
}

std::optional<Workers::Time> Workers::next_due() const {
    return due_.empty() ? std::nullopt : std::optional(due_.begin()->first);
}

std::optional<std::string> Workers::planned_end(const std::string& id) const {
    const auto job = jobs_.find(id);
    return job == jobs_.end() ? std::nullopt : std::optional(status_after(job->second.outcome));
}

void Workers::forget() {
    jobs_.clear();
    due_.clear();
}

void Workers::end(Store& store, const std::string& id) {
    const auto job = jobs_.extract(id);
    const Record* task = store.tasks.find(id);
    // Somebody else may have ended it meanwhile.
    if (job.empty() || task == nullptr || !is_open(*task)) return;
    store.set_task_status(*task, status_after(job.mapped().outcome), TaskNote::What::kWorked);
}

}  // namespace tlm::simulator
