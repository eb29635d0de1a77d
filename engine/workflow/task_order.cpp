#include "engine/workflow/task_order.h"

#include <algorithm>
#include <string_view>
#include <unordered_map>

namespace tlm {

std::optional<std::vector<std::size_t>> find_cycle(const std::vector<TaskSpec>& tasks) {
    std::unordered_map<std::string_view, std::size_t> index;
    for (std::size_t i = 0; i < tasks.size(); ++i)
        index.emplace(tasks[i].subject, i);

    enum class Mark : unsigned char { unseen, on_path, done };
    std::vector<Mark> marks(tasks.size(), Mark::unseen);
    struct Visit {
        std::size_t task;
        std::size_t next = 0;  // into blocked_by
    };
    std::vector<Visit> path;
    for (std::size_t start = 0; start < tasks.size(); ++start) {
        if (marks[start] != Mark::unseen) continue;
        path.push_back({start});
        marks[start] = Mark::on_path;
        while (!path.empty()) {
            Visit& visit = path.back();
            if (visit.next == tasks[visit.task].blocked_by.size()) {
                marks[visit.task] = Mark::done;
                path.pop_back();
                continue;
            }
            const auto at = index.find(tasks[visit.task].blocked_by[visit.next++]);
            if (at == index.end() || at->second == visit.task || marks[at->second] == Mark::done) continue;
            if (marks[at->second] == Mark::on_path) {
                const auto first = std::ranges::find(path, at->second, &Visit::task);
                std::vector<std::size_t> cycle;
                for (auto it = first; it != path.end(); ++it)
                    cycle.push_back(it->task);
                return cycle;
            }
            marks[at->second] = Mark::on_path;
            path.push_back({at->second});
        }
    }
    return std::nullopt;
}

}  // namespace tlm
