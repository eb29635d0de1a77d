#pragma once

#include <array>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/ports/state.h"
#include "engine/snapshot/snapshot.h"
#include "engine/wait/tracked_task.h"

namespace tlm {

// The tasks that somebody waits for, and what each of them waits for itself. A pure value: it is told what
// was seen and when, and says what has moved. Tasks are named by their index, in the order of addresses.
class TaskBoard {
  public:
    using TimePoint = TrackedTask::TimePoint;

    // `submitted`: bindings of tasks. `waiting`: changes of tasks that are to be submitted once all of their
    // `waits_for` are completed; they must outlive the board. A task in both is submitted already. `ended`:
    // how tasks ended, for when the target does not show them any more; those that are neither submitted nor
    // waiting are on the board as well, at their end.
    TaskBoard(const std::vector<Binding>& submitted, const std::vector<const Change*>& waiting, TimePoint now,
              const std::vector<EndedTask>& ended = {});

    // What the target lists now, tasks among other things. Returns those that moved, in the order of their
    // addresses, those after them that can't run any more included.
    [[nodiscard]] std::vector<std::size_t> see(const Snapshot& fleet, TimePoint now);
    // Those that are to be submitted now, until they were.
    [[nodiscard]] std::vector<std::size_t> ready() const;
    void submitted(std::size_t task, const Binding& binding, TimePoint now);
    // The target won't have it. Returns it and what can't run any more.
    [[nodiscard]] std::vector<std::size_t> refused(std::size_t task, const std::string& reason,
                                                   TimePoint now);
    // What is not at its end in this workflow is not waited for any more, and not submitted either.
    void expire(const std::string& workflow) { expired_.insert(workflow); }
    // Nothing is left to wait for.
    [[nodiscard]] bool over() const;
    // Whether something of the workflow is.
    [[nodiscard]] bool over(const std::string& workflow) const;

    [[nodiscard]] const std::vector<TrackedTask>& tasks() const { return tasks_; }
    [[nodiscard]] std::size_t count(TaskStage stage) const {
        return counts_[static_cast<std::size_t>(stage)];
    }
    [[nodiscard]] std::vector<TrackedTask> take() { return std::move(tasks_); }

  private:
    void link();
    void move(std::size_t task, TaskStage stage, TimePoint now, std::vector<std::size_t>& moved);
    void skip(std::size_t task, const std::string& because, TimePoint now, std::vector<std::size_t>& moved);
    void put_in_order(std::vector<std::size_t>& moved) const;
    [[nodiscard]] bool waited_for(const TrackedTask& task) const {
        return !at_end(task.stage) && !expired_.contains(task.address.workflow);
    }

    std::vector<TrackedTask> tasks_;
    std::vector<std::vector<std::size_t>> dependents_;
    std::vector<std::size_t> missing_;                   // predecessors that are not completed
    std::unordered_map<Address, EndedTask> remembered_;  // how the submitted ones ended once
    std::vector<unsigned char> unseen_;                  // whole lists in a row that did not hold it
    std::vector<std::size_t> hopeless_;                  // wait for what is nowhere
    std::unordered_map<ResourceId, std::size_t> by_id_;
    std::array<std::size_t, kTaskStages> counts_{};
    std::set<std::string> expired_;
};

}  // namespace tlm
