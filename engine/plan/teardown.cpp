#include "engine/plan/teardown.h"

#include <algorithm>
#include <iterator>
#include <unordered_set>

#include "engine/plan/protection.h"
#include "engine/plan/removals.h"
#include "engine/plan/selection.h"

namespace tlm {

std::vector<TeardownRule> teardown_rules(const std::vector<Workflow>& workflows, const PlanOptions& options) {
    std::vector<TeardownRule> rules;
    if (options.destroy || !options.targets.empty() || !options.excludes.empty()) return rules;
    for (const Workflow& workflow : workflows) {
        const bool has_tasks =
            std::ranges::any_of(workflow.teams, [](const TeamSpec& team) { return !team.tasks.empty(); });
        if (has_tasks && workflow.teardown != Teardown::never)
            rules.push_back({workflow.name, workflow.teardown});
    }
    std::ranges::sort(rules, {}, &TeardownRule::workflow);
    return rules;
}

std::set<std::string> set_aside(const std::vector<Address>& addresses, const StateView& state,
                                const PlanOptions& options) {
    std::set<std::string> aside;
    if (options.force || options.destroy) return aside;
    for (const TornDown& down : state.torn_down)
        aside.insert(down.workflow);
    if (aside.empty()) return aside;
    std::unordered_set<Address> ended;
    for (const EndedTask& task : state.ended)
        ended.insert(task.address);
    for (const Address& address : addresses) {
        if (!aside.contains(address.workflow)) continue;
        const bool is_new = address.kind == Kind::task && !ended.contains(address);
        if (is_new || matches_any(options.replaces, address.text())) aside.erase(address.workflow);
    }
    return aside;
}

SetAside take_out_torn_down(std::vector<DesiredResource>& desired, const PlanInputs& inputs,
                            const FleetIndex& fleet) {
    SetAside result;
    if (inputs.state.torn_down.empty()) return result;
    std::vector<Address> addresses;
    for (const DesiredResource& resource : desired)
        addresses.push_back(resource.address);
    const std::set<std::string> aside = set_aside(addresses, inputs.state, inputs.options);
    std::vector<Protection> protections = protections_of(inputs.workflows);
    protections.insert(protections.end(), inputs.state.protections.begin(), inputs.state.protections.end());
    for (const TornDown& down : inputs.state.torn_down) {
        const bool is_read = std::ranges::any_of(
            inputs.workflows, [&](const Workflow& workflow) { return workflow.name == down.workflow; });
        if (!is_read || !aside.contains(down.workflow)) continue;
        result.workflows.push_back(down);
        auto left = teardown_changes(down.workflow, fleet, inputs.state.bindings, protections);
        std::ranges::move(left.changes, std::back_inserter(result.left));
    }
    const auto out = std::stable_partition(
        desired.begin(), desired.end(),
        [&](const DesiredResource& resource) { return !aside.contains(resource.address.workflow); });
    result.resources.assign(std::move_iterator(out), std::move_iterator(desired.end()));
    desired.erase(out, desired.end());
    return result;
}

std::vector<TornDown> leave_out_torn_down(Plan& plan, const StateView& state, const PlanProgress& progress) {
    std::vector<TornDown> left_out;
    if (state.torn_down.empty() || plan.options.destroy) return left_out;
    std::vector<Address> addresses;
    for (const Change& change : plan.changes)
        addresses.push_back(change.address);
    std::set<std::string> aside = set_aside(addresses, state, plan.options);
    std::set<std::string> begun;
    for (const auto& [address, id] : progress.made)
        begun.insert(address.workflow);
    for (const TornDown& down : state.torn_down) {
        if (std::ranges::find(plan.workflows, down.workflow) == plan.workflows.end()) continue;
        if (begun.contains(down.workflow)) aside.insert(down.workflow);
        if (aside.contains(down.workflow)) left_out.push_back(down);
    }
    std::erase_if(plan.changes, [&](const Change& change) {
        // A plan that goes on with taking it down says just what is to be done.
        return aside.contains(change.address.workflow) && change.reason != Reason::torn_down;
    });
    return left_out;
}

const Change* change_before_the_end(const Plan& plan, const StateView& state) {
    const auto at = std::ranges::find_if(plan.changes, [&](const Change& change) {
        return change.reason == Reason::torn_down &&
               std::ranges::find(state.torn_down, change.address.workflow, &TornDown::workflow) ==
                   state.torn_down.end();
    });
    return at == plan.changes.end() ? nullptr : &*at;
}

TeardownChanges teardown_changes(const std::string& workflow, const FleetIndex& fleet,
                                 const std::vector<Binding>& bindings,
                                 const std::vector<Protection>& protections) {
    TeardownChanges result;
    for (const Binding& binding : bindings) {
        const Address& address = binding.address;
        if (address.workflow != workflow || address.kind == Kind::task) continue;
        const LiveResource* live = fleet.by_id(address.kind, binding.id);
        if (live == nullptr) continue;
        if (find_protection(protections, address, address.text()) != nullptr) {
            result.kept.push_back(address);
        } else {
            result.changes.push_back(removal_of(address, *live, fleet, Reason::torn_down));
        }
    }
    order_changes(result.changes, fleet);
    return result;
}

}  // namespace tlm
