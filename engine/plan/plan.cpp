#include "engine/plan/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "engine/plan/comparison.h"
#include "engine/plan/protection.h"
#include "engine/plan/removals.h"
#include "engine/plan/selection.h"
#include "engine/plan/teardown.h"

namespace tlm {
namespace {

Reason removal_reason(StrayKind kind) {
    if (kind == StrayKind::duplicate) return Reason::duplicate;
    return kind == StrayKind::left_behind ? Reason::left_behind : Reason::orphan;
}

// Only what a desired workflow provably owns is ever deleted.
bool may_remove(const Stray& stray, const std::set<std::string>& workflows) {
    return stray.kind != StrayKind::unowned && stray.live->kind != Kind::task && stray.address &&
           workflows.contains(stray.address->workflow);
}

void add_strays(std::vector<Change>& changes, const FleetIndex& fleet, const std::vector<Stray>& strays,
                const std::set<std::string>& workflows) {
    for (const Stray& stray : strays) {
        if (may_remove(stray, workflows)) {
            changes.push_back(removal_of(*stray.address, *stray.live, fleet, removal_reason(stray.kind)));
        }
    }
}

// Of two that were made at the same time the older one stays, and whoever made the younger one deletes it. A
// forced create leaves both behind.
void add_lost_ties(std::vector<Change>& changes, const FleetIndex& fleet, const std::vector<Stray>& strays,
                   const std::vector<ResourceId>& made_here, const std::set<std::string>& workflows) {
    std::set<Address> made_anew;
    for (const Change& change : changes) {
        if (change.action == Action::create) made_anew.insert(change.address);
    }
    for (const Stray& stray : strays) {
        if (stray.kind != StrayKind::duplicate || !may_remove(stray, workflows)) continue;
        if (made_anew.contains(*stray.address)) continue;
        if (std::ranges::find(made_here, stray.live->id) != made_here.end())
            changes.push_back(removal_of(*stray.address, *stray.live, fleet, Reason::duplicate));
    }
}

// With --force --prune, those that the forced creates of this very plan leave behind go once the new ones
// stand.
void add_left_by_this_plan(std::vector<Change>& changes, const FleetIndex& fleet) {
    std::set<ResourceId> listed;
    for (const Change& change : changes) {
        if (change.action == Action::remove) listed.insert(change.id);
    }
    std::vector<Change> removals;
    for (const Change& change : changes) {
        for (const ResourceId& id : change.leaves) {
            const LiveResource* live = fleet.by_id(change.address.kind, id);
            if (live != nullptr && listed.insert(id).second) {
                removals.push_back(removal_of(change.address, *live, fleet, Reason::left_behind));
            }
        }
    }
    std::ranges::move(removals, std::back_inserter(changes));
}

Requested requested_by(const PlanOptions& options) {
    if (options.replaces.empty()) return {};
    return [&options](const Address& address) { return matches_any(options.replaces, address.text()); };
}

void add_destroyed(std::vector<Change>& changes, const std::vector<DesiredResource>& desired,
                   const FleetIndex& fleet) {
    for (const DesiredResource& resource : desired) {
        if (resource.address.kind == Kind::task) continue;
        if (const Match match = fleet.match(resource.address); match.chosen != nullptr) {
            changes.push_back(removal_of(resource.address, *match.chosen, fleet, Reason::destroyed));
        }
    }
}

// What is left of a workflow that was taken down may be surplus, too.
void delete_once(std::vector<Change>& changes) {
    std::set<std::pair<Kind, ResourceId>> deleted;
    std::erase_if(changes, [&](const Change& change) {
        return change.action == Action::remove && !deleted.emplace(change.address.kind, change.id).second;
    });
}

}  // namespace

PlanSummary summarise(const Plan& plan) {
    PlanSummary summary;
    summary.unchanged = plan.unchanged;
    for (const Change& change : plan.changes) {
        switch (change.action) {
            case Action::create:
                ++summary.create;
                break;
            case Action::update:
                ++summary.update;
                break;
            case Action::replace:
                ++summary.replace;
                break;
            case Action::remove:
                ++summary.remove;
                break;
            case Action::adopt:
                ++summary.adopt;
                break;
            case Action::none:
                ++summary.waiting;
                break;
        }
    }
    return summary;
}

bool has_changes(const Plan& plan) {
    if (!plan.protect.empty()) return true;
    return std::ranges::any_of(plan.changes, [](const Change& c) { return c.action != Action::none; });
}

Result<Planned> make_plan(PlanInputs inputs) {
    Planned planned;
    planned.plan.teardown = teardown_rules(inputs.workflows, inputs.options);  // before they are used up
    auto [fleet, desired, matches] = compare(inputs);
    std::set<std::string> names;
    for (const Workflow& workflow : inputs.workflows)
        names.insert(workflow.name);

    planned.plan.target = inputs.target;
    planned.plan.options = inputs.options;
    planned.plan.workflows.assign(names.begin(), names.end());
    const auto wanted = protections_of(inputs.workflows);
    planned.strays = find_strays(inputs.snapshot, fleet, desired, matches, inputs.state.left_behind, names);

    if (!inputs.options.destroy) {
        BOOST_OUTCOME_TRYV(check_patterns(inputs.options.replaces, {}, desired, "--replace"));
    }
    Diff difference;
    SetAside aside = take_out_torn_down(desired, inputs, fleet);
    planned.set_aside = std::move(aside.workflows);
    if (!aside.resources.empty()) matches = fleet.match_all(desired);
    if (inputs.options.destroy) {
        add_destroyed(difference.changes, desired, fleet);
    } else {
        const auto& made = inputs.state.made_by_unfinished_force;
        difference = inputs.options.force ? forced_diff(desired, matches, fleet, made)
                                          : diff(desired, matches, fleet, requested_by(inputs.options), made);
    }
    std::ranges::move(aside.left, std::back_inserter(difference.changes));
    if (!inputs.options.prune && !inputs.options.destroy)
        add_lost_ties(difference.changes, fleet, planned.strays, inputs.state.made_here, names);
    if (inputs.options.prune || inputs.options.destroy) {
        add_strays(difference.changes, fleet, planned.strays, names);
        if (inputs.options.prune && inputs.options.force) add_left_by_this_plan(difference.changes, fleet);
    }
    delete_once(difference.changes);
    order_changes(difference.changes, fleet);
    // What is set aside can be named all the same.
    std::ranges::move(aside.resources, std::back_inserter(desired));
    BOOST_OUTCOME_TRY(selection, select_changes(std::move(difference.changes), desired, inputs.options));
    planned.plan.changes = std::move(selection.kept);
    planned.excluded = std::move(selection.left_out);
    planned.renames = rename_hints(planned.plan.changes, planned.strays, fleet, planned.plan.workflows);
    planned.plan.unchanged = difference.unchanged;
    planned.losses = find_protected_losses(planned.plan.changes, fleet, inputs.state.protections, wanted);
    // Who takes everything down has nothing more to protect.
    if (!inputs.options.destroy) {
        std::ranges::set_difference(wanted, inputs.state.protections,
                                    std::back_inserter(planned.plan.protect));
    }
    planned.notices = std::move(difference.notices);
    planned.kept_of_force = difference.kept_of_force;
    planned.stuck = difference.stuck;
    return planned;
}

}  // namespace tlm
