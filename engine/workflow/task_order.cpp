#include "engine/workflow/task_order.h"

#include <cstdint>
#include <string_view>
#include <unordered_map>

namespace tlm {
namespace {

// Follows `blocked_by` from task to task, depth first.
class Walk {
  public:
    explicit Walk(const std::vector<TaskSpec>& tasks) : tasks_(tasks), marks_(tasks.size(), Mark::unseen) {
        for (std::size_t i = 0; i < tasks.size(); ++i)
            index_.emplace(tasks[i].subject, i);
    }

    std::vector<TaskCycle> cycles() {
        std::vector<TaskCycle> found;
        for (std::size_t start = 0; start < tasks_.size(); ++start) {
            if (marks_[start] == Mark::unseen) enter(start);
            while (!path_.empty())
                step(found);
        }
        return found;
    }

  private:
    enum class Mark : std::uint8_t { unseen, on_path, done };
    struct Visit {
        std::size_t task;
        std::size_t next = 0;  // into blocked_by
    };

    void enter(std::size_t task) {
        marks_[task] = Mark::on_path;
        path_.push_back({task});
    }

    void leave() {
        marks_[path_.back().task] = Mark::done;
        path_.pop_back();
    }

    void step(std::vector<TaskCycle>& found) {
        Visit& visit = path_.back();
        const auto& blocked_by = tasks_[visit.task].blocked_by;
        if (visit.next == blocked_by.size()) return leave();
        const auto at = index_.find(blocked_by[visit.next++]);
        if (at == index_.end() || at->second == visit.task) return;
        const std::size_t task = at->second;
        if (marks_[task] == Mark::unseen) return enter(task);
        if (marks_[task] == Mark::on_path) found.push_back(close(task));
    }

    // Takes the circle that ends in `task` off the path, so that its tasks are in no other.
    TaskCycle close(std::size_t task) {
        std::size_t begin = path_.size() - 1;
        while (path_[begin].task != task)
            --begin;
        TaskCycle cycle;
        for (std::size_t i = begin; i < path_.size(); ++i)
            cycle.push_back(path_[i].task);
        while (path_.size() > begin)
            leave();
        return cycle;
    }

    const std::vector<TaskSpec>& tasks_;
    std::unordered_map<std::string_view, std::size_t> index_;
    std::vector<Mark> marks_;
    std::vector<Visit> path_;
};

}  // namespace

std::vector<TaskCycle> find_cycles(const std::vector<TaskSpec>& tasks) {
    return Walk(tasks).cycles();
}

}  // namespace tlm
