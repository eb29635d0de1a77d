#pragma once

#include <set>
#include <string>
#include <vector>

#include "engine/plan/plan.h"

namespace tlm {

// What the plan says of taking its workflows down once their tasks are at an end, sorted: nothing of those
// that say `never`, of those without tasks, which never come to an end, of a plan that leaves something out,
// and of one that destroys.
[[nodiscard]] std::vector<TeardownRule> teardown_rules(const std::vector<Workflow>& workflows,
                                                       const PlanOptions& options);

// Workflows that a plan sets aside: they are torn down, and nothing new is to be done in them. Something new
// is a task that has not come to its end, --force, and --replace of something in them. `addresses`: of what
// the workflows want, or of the changes of a reviewed plan.
[[nodiscard]] std::set<std::string> set_aside(const std::vector<Address>& addresses, const StateView& state,
                                              const PlanOptions& options);

// Moves out of `desired` what belongs to workflows that are set aside. Returns those that are among the
// inputs, and what is to be deleted of them where taking them down was cut short.
struct SetAside {
    std::vector<TornDown> workflows;
    std::vector<DesiredResource> resources;  // those that were taken out, sorted
    std::vector<Change> left;
};
[[nodiscard]] SetAside take_out_torn_down(std::vector<DesiredResource>& desired, const PlanInputs& inputs,
                                          const FleetIndex& fleet);

// Takes out of a reviewed plan what it says of workflows that are torn down and that it brings nothing new
// to: it was made before, or applied before. `progress`: how far earlier applies of it came. Returns those
// workflows.
[[nodiscard]] std::vector<TornDown> leave_out_torn_down(Plan& plan, const StateView& state,
                                                        const PlanProgress& progress);

// What is to be deleted in order to take the workflow down, in the order of a plan: its agents and teams that
// are bound and still there, but not what is protected, which is listed in `kept`.
struct TeardownChanges {
    std::vector<Change> changes;
    std::vector<Address> kept;
};
[[nodiscard]] TeardownChanges teardown_changes(const std::string& workflow, const FleetIndex& fleet,
                                               const std::vector<Binding>& bindings,
                                               const std::vector<Protection>& protections);

// A change that goes on with taking down a workflow that by the state is not at its end; null: there is none.
// What a safety limit does not count must be so.
[[nodiscard]] const Change* change_before_the_end(const Plan& plan, const StateView& state);

}  // namespace tlm
