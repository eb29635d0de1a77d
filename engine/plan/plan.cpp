#include "engine/plan/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "engine/plan/selection.h"

namespace tlm {
namespace {

// Changes to be deleted carry a fingerprint over everything that the target reports, except the status: an
// agent is stopped on the way.
std::vector<Attribute> reported_attributes(const LiveResource& live) {
    std::vector<Attribute> over;
    for (const auto& [attribute, value] : live.attributes) {
        if (attribute != Attribute::status) over.push_back(attribute);
    }
    return over;
}

Change removal(const Address& address, const LiveResource& live, Reason reason) {
    Change change;
    change.address = address;
    change.action = Action::remove;
    change.reason = reason;
    change.key = live.name;
    change.id = live.id;
    auto over = reported_attributes(live);
    std::string sha256 = fingerprint(live.attributes, over);
    change.precondition = MustMatch{std::move(over), std::move(sha256)};
    return change;
}

Reason removal_reason(StrayKind kind) {
    if (kind == StrayKind::duplicate) return Reason::duplicate;
    return kind == StrayKind::left_behind ? Reason::left_behind : Reason::orphan;
}

// Only what a desired workflow provably owns is ever deleted.
bool may_remove(const Stray& stray, const std::set<std::string>& workflows) {
    return stray.kind != StrayKind::unowned && stray.live->kind != Kind::task && stray.address &&
           workflows.contains(stray.address->workflow);
}

void add_strays(std::vector<Change>& changes, const std::vector<Stray>& strays,
                const std::set<std::string>& workflows) {
    for (const Stray& stray : strays) {
        if (may_remove(stray, workflows)) {
            changes.push_back(removal(*stray.address, *stray.live, removal_reason(stray.kind)));
        }
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
                removals.push_back(removal(change.address, *live, Reason::left_behind));
            }
        }
    }
    std::ranges::move(removals, std::back_inserter(changes));
}

void add_destroyed(std::vector<Change>& changes, const std::vector<DesiredResource>& desired,
                   const FleetIndex& fleet) {
    for (const DesiredResource& resource : desired) {
        if (resource.address.kind == Kind::task) continue;
        if (const Match match = fleet.match(resource.address); match.chosen != nullptr) {
            changes.push_back(removal(resource.address, *match.chosen, Reason::destroyed));
        }
    }
}

// Deletes come after the makings at the same address, and an agent's delete after those of the teams that
// hold it.
void order_removals(std::vector<Change>& changes, const FleetIndex& fleet) {
    std::set<Address> made;
    std::map<std::string, std::set<Address>> holders;  // agent id -> teams that this plan deletes or updates
    for (const Change& change : changes) {
        if (change.action != Action::remove && change.action != Action::none) made.insert(change.address);
        if (change.address.kind != Kind::team || change.id.empty()) continue;
        if (change.action != Action::remove && change.action != Action::update) continue;
        const LiveResource* team = fleet.by_id(Kind::team, change.id);
        const Value* members = team == nullptr ? nullptr : team->attributes.find(Attribute::members);
        if (members == nullptr) continue;
        for (const std::string& id : std::get<StringList>(*members))
            holders[id].insert(change.address);
    }
    for (Change& change : changes) {
        if (change.action != Action::remove) continue;
        std::set<Address> first;
        if (made.contains(change.address)) first.insert(change.address);
        if (change.address.kind == Kind::agent) {
            if (const auto at = holders.find(change.id.value); at != holders.end()) first.merge(at->second);
        }
        change.depends_on.assign(first.begin(), first.end());
    }
}

void sort_changes(std::vector<Change>& changes) {
    std::ranges::sort(changes, [](const Change& left, const Change& right) {
        const bool left_removes = left.action == Action::remove;
        const bool right_removes = right.action == Action::remove;
        return std::tie(left.address, left_removes, left.id) <
               std::tie(right.address, right_removes, right.id);
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
    return std::ranges::any_of(plan.changes, [](const Change& c) { return c.action != Action::none; });
}

Result<Planned> make_plan(const PlanInputs& inputs) {
    const FleetIndex fleet(inputs.snapshot, inputs.bindings);
    const auto desired = desired_resources(inputs.workflows, inputs.host_id);
    std::set<std::string> names;
    for (const Workflow& workflow : inputs.workflows)
        names.insert(workflow.name);
    std::set<std::string> known = names;
    for (const Binding& binding : inputs.bindings)
        known.insert(binding.address.workflow);

    Planned planned;
    planned.plan.target = inputs.target;
    planned.plan.options = inputs.options;
    planned.plan.workflows.assign(names.begin(), names.end());
    planned.strays = find_strays(inputs.snapshot, fleet, desired, inputs.left_behind, known);

    Diff difference;
    if (inputs.options.destroy) {
        add_destroyed(difference.changes, desired, fleet);
    } else {
        difference = inputs.options.force ? forced_diff(desired, fleet, inputs.made_by_unfinished_force)
                                          : diff(desired, fleet);
    }
    if (inputs.options.prune || inputs.options.destroy) {
        add_strays(difference.changes, planned.strays, names);
        if (inputs.options.prune && inputs.options.force) add_left_by_this_plan(difference.changes, fleet);
    }
    order_removals(difference.changes, fleet);
    sort_changes(difference.changes);
    BOOST_OUTCOME_TRY(selection, select_changes(std::move(difference.changes), desired, inputs.options));
    planned.plan.changes = std::move(selection.kept);
    planned.excluded = std::move(selection.left_out);
    planned.plan.unchanged = difference.unchanged;
    planned.notices = std::move(difference.notices);
    planned.kept_of_force = difference.kept_of_force;
    return planned;
}

}  // namespace tlm
