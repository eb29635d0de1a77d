#include "engine/workflow/checks.h"

#include <fmt/format.h>

#include <string_view>
#include <unordered_map>

#include "engine/resource/key.h"
#include "engine/workflow/rules.h"
#include "engine/workflow/suggestions.h"
#include "engine/workflow/task_order.h"

namespace tlm {
namespace {

// Names in the order in which they were first met, with their places.
class Known {
  public:
    // The place of the first one, where the name was there before.
    const Position* add(std::string_view name, Position position) {
        const auto [at, first] = places_.emplace(name, position);
        if (!first) return &at->second;
        names_.emplace_back(name);
        return nullptr;
    }
    [[nodiscard]] bool has(std::string_view name) const { return places_.contains(name); }
    [[nodiscard]] const std::vector<std::string>& names() const { return names_; }

  private:
    std::unordered_map<std::string_view, Position> places_;
    std::vector<std::string> names_;
};

class Checker {
  public:
    explicit Checker(Diagnostics& diagnostics) : diagnostics_(diagnostics) {}

    void workflow(const Workflow& workflow, const WorkflowPlaces& places) {
        // The keys of a workflow whose name is there twice are there twice too, which is not worth saying.
        const bool keyed = once(workflows_, workflow.name, places.name, "workflow");
        Known agents;
        for (std::size_t i = 0; i < workflow.agents.size(); ++i) {
            const std::string& name = workflow.agents[i].name;
            if (once(agents, name, places.agents[i], "agent") && keyed)
                key(agent_keys_, workflow.name, name, places.agents[i]);
        }
        const Known* references = places.agents_known ? &agents : nullptr;
        Known teams;
        for (std::size_t i = 0; i < workflow.teams.size(); ++i) {
            const TeamSpec& team = workflow.teams[i];
            const TeamPlaces& at = places.teams[i];
            if (once(teams, team.name, at.name, "team") && keyed)
                key(team_keys_, workflow.name, team.name, at.name);
            for (std::size_t m = 0; m < team.agents.size(); ++m)
                exists(references, team.agents[m], at.agents[m], "agent", "this workflow");
            tasks(team, at, references);
        }
        check_rules(workflow, places, suggestions_, diagnostics_);
    }

  private:
    // False, and a fault, where the name was there before.
    bool once(Known& known, std::string_view name, Position position, std::string_view what) {
        if (name.empty()) return false;  // a fault already
        const Position* first = known.add(name, position);
        if (first == nullptr) return true;
        diagnostics_.add(position, fmt::format("there are two {}s named {}", what, backquoted(name)), "",
                         {{*first, "the first is here"}});
        return false;
    }

    void key(std::unordered_map<std::string, Position>& known, const std::string& workflow,
             const std::string& name, Position position) {
        const auto [at, first] = known.emplace(Key::derive(workflow, name).text(), position);
        if (first) return;
        diagnostics_.add(
            position,
            fmt::format("{} has the same key as another resource ({})", backquoted(name), at->first),
            "Give one of the two another name.", {{at->second, "the other is here"}});
    }

    // `known` is null where nobody can say what there is.
    void exists(const Known* known, const std::string& name, Position position, std::string_view what,
                std::string_view where) {
        if (known == nullptr || known->has(name)) return;
        if (diagnostics_.full()) return diagnostics_.add(position, {});
        const auto near = suggestions_.nearest_to(name, known->names());
        diagnostics_.add(position, fmt::format("there is no {} {} in {}", what, backquoted(name), where),
                         near ? fmt::format("Did you mean `{}`?", *near) : "");
    }

    void tasks(const TeamSpec& team, const TeamPlaces& places, const Known* agents) {
        Known subjects;
        for (std::size_t i = 0; i < team.tasks.size(); ++i)
            once(subjects, team.tasks[i].subject, places.tasks[i].subject, "task");
        for (std::size_t i = 0; i < team.tasks.size(); ++i) {
            const TaskSpec& task = team.tasks[i];
            const TaskPlaces& at = places.tasks[i];
            if (!task.assign_to.empty())  // else a fault already
                exists(agents, task.assign_to, at.assign_to, "agent", "this workflow");
            for (std::size_t b = 0; b < task.blocked_by.size(); ++b) {
                if (task.blocked_by[b] == task.subject) {
                    diagnostics_.add(at.blocked_by[b],
                                     fmt::format("the task {} waits for itself", backquoted(task.subject)),
                                     "Take it out of its own `blocked_by`.");
                } else {
                    exists(&subjects, task.blocked_by[b], at.blocked_by[b], "task", "this team");
                }
            }
        }
        for (const TaskCycle& cycle : find_cycles(team.tasks)) {
            diagnostics_.add(places.tasks[cycle.front()].subject,
                             "tasks wait for each other in a circle: " + path(team, cycle),
                             "Take one of them out of a `blocked_by`.");
        }
    }

    // `a` -> `b` -> `a`; of a very long one the middle is left out.
    static std::string path(const TeamSpec& team, const TaskCycle& cycle) {
        constexpr std::size_t kMostShown = 20;
        std::string text;
        for (std::size_t i = 0; i < cycle.size(); ++i) {
            if (cycle.size() > kMostShown && i == kMostShown / 2) {
                text += fmt::format("({} more) -> ", cycle.size() - kMostShown);
                i = cycle.size() - kMostShown / 2;
            }
            text += backquoted(team.tasks[cycle[i]].subject) + " -> ";
        }
        return text + backquoted(team.tasks[cycle.front()].subject);
    }

    Diagnostics& diagnostics_;
    Suggestions suggestions_;
    Known workflows_;
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
