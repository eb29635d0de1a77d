#include "engine/workflow/checks.h"

#include <fmt/format.h>
#include <tsl/robin_map.h>

#include <string_view>

#include "engine/base/parallel.h"
#include "engine/base/unicode.h"
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
        order_.push_back(name);
        return nullptr;
    }
    void reserve(std::size_t count) {
        places_.reserve(count);
        order_.reserve(count);
    }
    [[nodiscard]] bool has(std::string_view name) const { return places_.contains(name); }
    [[nodiscard]] const std::vector<std::string>& names() const {
        if (names_.empty()) names_.assign(order_.begin(), order_.end());
        return names_;
    }

  private:
    tsl::robin_map<std::string_view, Position> places_;
    std::vector<std::string_view> order_;
    mutable std::vector<std::string> names_;  // made when they are asked for, once all are known
};

// False, and a fault, where the name was there before.
bool once(Known& known, std::string_view name, Position position, std::string_view what,
          Diagnostics& diagnostics) {
    if (name.empty()) return false;  // a fault already
    const Position* first = known.add(name, position);
    if (first == nullptr) return true;
    diagnostics.add(position, fmt::format("there are two {}s named {}", what, backquoted(name)), "",
                    {{*first, "the first is here"}});
    return false;
}

// What must hold within each workflow.

class Checker {
  public:
    explicit Checker(Diagnostics& diagnostics) : diagnostics_(diagnostics) {}

    void workflow(const Workflow& workflow, const WorkflowPlaces& places) {
        Known agents;
        agents.reserve(workflow.agents.size());
        for (std::size_t i = 0; i < workflow.agents.size(); ++i)
            once(agents, workflow.agents[i].name, places.agents[i], "agent");
        const Known* references = places.agents_known ? &agents : nullptr;
        Known teams;
        for (std::size_t i = 0; i < workflow.teams.size(); ++i) {
            const TeamSpec& team = workflow.teams[i];
            const TeamPlaces& at = places.teams[i];
            once(teams, team.name, at.name, "team");
            for (std::size_t m = 0; m < team.agents.size(); ++m)
                exists(references, team.agents[m], at.agents[m], "agent", "this workflow");
            tasks(team, at, references);
        }
        check_rules(workflow, places, suggestions_, diagnostics_);
    }

  private:
    void once(Known& known, std::string_view name, Position position, std::string_view what) {
        tlm::once(known, name, position, what, diagnostics_);
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
        subjects.reserve(team.tasks.size());
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
};

void derive_keys(Workflow& workflow) {
    for (AgentSpec& agent : workflow.agents)
        agent.key = Key::derive(workflow.name, agent.name).text();
    for (TeamSpec& team : workflow.teams)
        team.key = Key::derive(workflow.name, team.name).text();
}

// What must hold between them: names once, and keys.
class CrossChecker {
  public:
    CrossChecker(Diagnostics& diagnostics, const std::vector<Workflow>& workflows)
        : diagnostics_(diagnostics) {
        std::size_t agents = 0;
        std::size_t teams = 0;
        for (const Workflow& workflow : workflows) {
            agents += workflow.agents.size();
            teams += workflow.teams.size();
        }
        agent_keys_.reserve(agents);
        team_keys_.reserve(teams);
    }

    void workflow(const Workflow& workflow, const WorkflowPlaces& places) {
        // The keys of a workflow whose name is there twice are there twice too, which is not worth saying.
        if (!once(workflows_, workflow.name, places.name, "workflow", diagnostics_)) return;
        for (std::size_t i = 0; i < workflow.agents.size(); ++i)
            key(agent_keys_, workflow.agents[i].key, workflow.agents[i].name, places.agents[i],
                workflow.name);
        for (std::size_t i = 0; i < workflow.teams.size(); ++i)
            key(team_keys_, workflow.teams[i].key, workflow.teams[i].name, places.teams[i].name,
                workflow.name);
    }

  private:
    struct Owner {
        Position position;
        std::string_view workflow, name;
    };
    using Owners = tsl::robin_map<std::string_view, Owner>;

    void key(Owners& known, std::string_view key, const std::string& name, Position position,
             std::string_view workflow) {
        if (name.empty()) return;  // a fault already
        const auto [at, first] = known.emplace(key, Owner{position, workflow, name});
        // That a name is there twice was said.
        if (first || (at->second.workflow == workflow && at->second.name == name)) return;
        diagnostics_.add(position,
                         fmt::format("{} has the same key as another resource ({})", backquoted(name), key),
                         "Give one of the two another name.", {{at->second.position, "the other is here"}});
    }

    Diagnostics& diagnostics_;
    Known workflows_;
    Owners agent_keys_, team_keys_;
};

}  // namespace

void check_workflows(std::vector<Workflow>& workflows, const std::vector<WorkflowPlaces>& places,
                     Diagnostics& diagnostics) {
    constexpr std::size_t kLeastWorkflows = 8;
    const std::size_t parts = worthwhile_parts(workflows.size(), kLeastWorkflows);
    std::vector<Diagnostics> found(parts);
    in_parallel(parts, [&](std::size_t part) {
        Checker checker(found[part]);
        const std::size_t end = workflows.size() * (part + 1) / parts;
        for (std::size_t i = workflows.size() * part / parts; i < end; ++i) {
            checker.workflow(workflows[i], places[i]);
            derive_keys(workflows[i]);
        }
    });
    for (Diagnostics& part : found)
        diagnostics.append(std::move(part));
    CrossChecker across(diagnostics, workflows);
    for (std::size_t i = 0; i < workflows.size(); ++i)
        across.workflow(workflows[i], places[i]);
}

std::vector<UnseenInName> unseen_in_names(const std::vector<Workflow>& workflows,
                                          const std::vector<WorkflowPlaces>& places) {
    constexpr std::size_t kMost = 1000;
    std::vector<UnseenInName> found;
    const auto check = [&](std::string_view name, Position position, std::string_view what, auto address) {
        const auto unseen = first_unseen(name);
        if (!unseen || found.size() == kMost) return;
        const bool is_control = unseen->value < 0x20 || (unseen->value >= 0x7F && unseen->value < 0xA0);
        if (is_control) return;
        found.push_back({address(),
                         what == "workflow",
                         {position,
                          fmt::format("the name of this {} holds {}, which can't be seen: {}", what,
                                      code_point_name(unseen->value), backquoted(name)),
                          "Write the name without it.",
                          {}}});
    };
    for (std::size_t i = 0; i < workflows.size(); ++i) {
        const Workflow& workflow = workflows[i];
        check(workflow.name, places[i].name, "workflow", [&] { return Address{workflow.name, {}, {}, {}}; });
        for (std::size_t a = 0; a < workflow.agents.size(); ++a) {
            const std::string& name = workflow.agents[a].name;
            check(name, places[i].agents[a], "agent", [&] { return Address::agent(workflow.name, name); });
        }
        for (std::size_t t = 0; t < workflow.teams.size(); ++t) {
            const TeamSpec& team = workflow.teams[t];
            const TeamPlaces& at = places[i].teams[t];
            check(team.name, at.name, "team", [&] { return Address::team_of(workflow.name, team.name); });
            for (std::size_t k = 0; k < team.tasks.size(); ++k) {
                const std::string& subject = team.tasks[k].subject;
                check(subject, at.tasks[k].subject, "task",
                      [&] { return Address::task(workflow.name, team.name, subject); });
            }
        }
    }
    return found;
}

}  // namespace tlm
