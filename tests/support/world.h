#pragma once

#include <deque>
#include <string>
#include <vector>

#include "engine/apply/executor.h"
#include "engine/apply/recover.h"
#include "engine/apply/verify.h"
#include "engine/plan/plan.h"
#include "engine/plan/plan_file.h"
#include "tests/support/fake_fleet.h"
#include "tests/support/fake_state.h"

namespace tlm::test {

// Two agents, a team of both, and two tasks of which the second waits for the first.
inline Workflow sample_workflow(const std::string& name = "wf") {
    Workflow workflow;
    workflow.name = name;
    AgentSpec architect;
    architect.name = "architect";
    architect.model = "m1";
    AgentSpec builder;
    builder.name = "builder";
    builder.working_dir = "/work";
    workflow.agents = {architect, builder};
    TeamSpec team;
    team.name = "crew";
    team.agents = {"architect", "builder"};
    TaskSpec design{"design", "Draw it", "architect", {}, {}};
    TaskSpec build{"build", "Build it", "builder", {"design"}, {}};
    team.tasks = {design, build};
    workflow.teams = {team};
    return workflow;
}

// An engine between a fake fleet and a fake state.
struct World {
    FakeFleet fleet;
    FakeState state;
    FakeClock clock;
    NoObserver observer;
    std::vector<Workflow> workflows = {sample_workflow()};
    PlanOptions options;
    bool stop = false;
    bool reviewed = true;  // apply(plan) applies a plan file
    std::size_t parallelism = 16;

    // The snapshot of the last plan; strays refer into it.
    Snapshot snapshot;

    Planned plan() {
        snapshot = fleet.read_fleet().value();
        const StateView view = view_state(state, snapshot).value();
        return make_plan({workflows, snapshot, view, "fake:", "", options}).value();
    }

    // The plans that were applied, kept because reports refer into them.
    std::deque<Plan> applied;

    ApplyReport apply(Plan to_apply) {
        const Plan& plan = applied.emplace_back(std::move(to_apply));
        ApplyPorts ports{fleet, fleet, state, state, state, clock, observer};
        ApplySettings settings;
        settings.parallelism = parallelism;
        settings.digest = plan_digest(plan);
        settings.run = "run";
        settings.reviewed = reviewed;
        settings.stop_requested = [this] { return stop; };
        const Snapshot before = fleet.read_fleet().value();
        ApplyReport report = execute(plan, before, ports, settings).value();
        if (!report.stopped_by && !report.interrupted) verify(report, ports, settings).value();
        return report;
    }

    // Completes every task, as workers would.
    void complete_tasks() {
        const Snapshot now = fleet.read_fleet().value();
        for (const LiveResource& live : now.resources) {
            if (live.kind == Kind::task) {
                fleet.get(live.id)->attributes.set(Attribute::status, std::string("completed"));
            }
        }
    }
};

inline std::vector<std::string> lines(const Plan& plan) {
    std::vector<std::string> result;
    for (const Change& change : plan.changes) {
        result.push_back(std::string(action_name(change.action)) + " " + change.address.text() + " " +
                         std::string(reason_name(change.reason)));
    }
    return result;
}

}  // namespace tlm::test
