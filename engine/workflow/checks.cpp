#include "engine/workflow/checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <unordered_map>

#include "engine/base/text.h"
#include "engine/resource/key.h"
#include "engine/workflow/task_order.h"

namespace tlm {
namespace {

using Places = std::unordered_map<std::string_view, Position>;

class Checker {
  public:
    explicit Checker(Diagnostics& diagnostics) : diagnostics_(diagnostics) {}

    void workflow(const Workflow& workflow, const WorkflowPlaces& places) {
        once(workflow_names_, workflow.name, places.name, "workflow");
        Places agents;
        for (std::size_t i = 0; i < workflow.agents.size(); ++i) {
            const std::string& name = workflow.agents[i].name;
            if (once(agents, name, places.agents[i], "agent"))
                key(agent_keys_, workflow.name, name, places.agents[i]);
        }
        Places teams;
        for (std::size_t i = 0; i < workflow.teams.size(); ++i) {
            const TeamSpec& team = workflow.teams[i];
            if (once(teams, team.name, places.teams[i].name, "team")) {
                key(team_keys_, workflow.name, team.name, places.teams[i].name);
            }
            for (std::size_t m = 0; m < team.agents.size(); ++m) {
                exists(agents, team.agents[m], places.teams[i].agents[m], "agent", "this workflow");
            }
            tasks(team, places.teams[i], agents);
        }
    }

  private:
    // False, and a fault, where the name was there before.
    bool once(Places& known, std::string_view name, Position position, std::string_view what) {
        if (name.empty()) return false;  // a fault already
        const auto [at, first] = known.emplace(name, position);
        if (first) return true;
        diagnostics_.add(position, fmt::format("there are two {}s named `{}`", what, name), "",
                         {{at->second, "the first is here"}});
        return false;
    }

    void key(std::unordered_map<std::string, Position>& known, const std::string& workflow,
             const std::string& name, Position position) {
        if (workflow.empty()) return;
        const auto [at, first] = known.emplace(Key::derive(workflow, name).text(), position);
        if (first) return;
        diagnostics_.add(position,
                         fmt::format("`{}` has the same key as another resource ({})", name, at->first),
                         "Give one of the two another name.", {{at->second, "the other is here"}});
    }

    void exists(const Places& known, const std::string& name, Position position, std::string_view what,
                std::string_view where) {
        if (known.contains(name)) return;
        constexpr std::size_t kMostCandidates =
            2000;  // a suggestion is not worth comparing with 100,000 names
        if (diagnostics_.full()) return diagnostics_.add(position, {});
        std::vector<std::string> candidates;
        for (const auto& [candidate, place] : known) {
            if (candidates.size() < kMostCandidates) candidates.emplace_back(candidate);
        }
        std::ranges::sort(candidates);
        const auto near = nearest(name, candidates);
        diagnostics_.add(position, fmt::format("there is no {} `{}` in {}", what, name, where),
                         near ? fmt::format("Did you mean `{}`?", *near) : "");
    }

    void tasks(const TeamSpec& team, const TeamPlaces& places, const Places& agents) {
        Places subjects;
        for (std::size_t i = 0; i < team.tasks.size(); ++i) {
            once(subjects, team.tasks[i].subject, places.tasks[i].subject, "task");
        }
        for (std::size_t i = 0; i < team.tasks.size(); ++i) {
            const TaskSpec& task = team.tasks[i];
            const TaskPlaces& at = places.tasks[i];
            if (!task.assign_to.empty())
                exists(agents, task.assign_to, at.assign_to, "agent", "this workflow");
            for (std::size_t b = 0; b < task.blocked_by.size(); ++b) {
                if (task.blocked_by[b] == task.subject) {
                    diagnostics_.add(at.blocked_by[b],
                                     fmt::format("the task `{}` waits for itself", task.subject));
                } else {
                    exists(subjects, task.blocked_by[b], at.blocked_by[b], "task", "this team");
                }
            }
        }
        if (const auto cycle = find_cycle(team.tasks)) {
            std::string path;
            for (const std::size_t task : *cycle)
                path += fmt::format("`{}` -> ", team.tasks[task].subject);
            path += fmt::format("`{}`", team.tasks[cycle->front()].subject);
            diagnostics_.add(places.tasks[cycle->front()].subject,
                             "tasks wait for each other in a circle: " + path,
                             "Take one of them out of a `blocked_by`.");
        }
    }

    Diagnostics& diagnostics_;
    Places workflow_names_;
    std::unordered_map<std::string, Position> agent_keys_;
    std::unordered_map<std::string, Position> team_keys_;
};

}  // namespace

void check_workflows(const std::vector<Workflow>& workflows, const std::vector<WorkflowPlaces>& places,
                     Diagnostics& diagnostics) {
    Checker checker(diagnostics);
    for (std::size_t i = 0; i < workflows.size(); ++i)
        checker.workflow(workflows[i], places[i]);
}

}  // namespace tlm
