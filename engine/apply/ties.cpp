#include "engine/apply/ties.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

#include "engine/diff/diff.h"
#include "engine/plan/removals.h"
#include "engine/plan/state_view.h"

namespace tlm {
namespace {

// An agent or team as the plan wanted it. Nothing where the run did not bring it about.
std::optional<DesiredResource> desired_of(const ChangeResult& result) {
    const Change& change = *result.change;
    const bool stands = result.kind == ResultKind::done || result.kind == ResultKind::already;
    if (!stands || change.address.kind == Kind::task || change.action == Action::remove ||
        change.action == Action::none) {
        return std::nullopt;
    }
    DesiredResource desired;
    desired.address = change.address;
    desired.key = change.key;
    desired.attributes = planned_attributes(change);
    for (const auto& [attribute, value] : desired.attributes)
        desired.managed.add(attribute);
    return desired;
}

class TieSettler {
  public:
    TieSettler(const Snapshot& now, const StateView& view)
        : fleet_(now, view.bindings, view.left_behind),
          made_here_(view.made_here.begin(), view.made_here.end()) {}

    // What is to be done, as a plan of its own.
    Plan plan(const std::vector<ChangeResult>& results) {
        std::vector<DesiredResource> desired;
        for (const ChangeResult& result : results) {
            if (auto wanted = desired_of(result)) desired.push_back(std::move(*wanted));
        }
        std::ranges::sort(desired, {}, &DesiredResource::address);
        Plan plan;
        for (const DesiredResource& resource : desired)
            add_removals(resource.address, plan.changes);
        for (Change& change : diff(desired, fleet_.match_all(desired), fleet_).changes) {
            const bool lost = change.reason == Reason::tie;
            if (lost) lost_.insert(change.address);
            // A team that names an agent whose tie was lost has to learn its new id.
            if (lost || (change.address.kind == Kind::team && change.action == Action::update))
                plan.changes.push_back(std::move(change));
        }
        if (lost_.empty() && plan.changes.empty()) return {};
        order_changes(plan.changes, fleet_);
        return plan;
    }

    [[nodiscard]] bool lost(const Address& address) const { return lost_.contains(address); }
    [[nodiscard]] const LiveResource& survivor(const Address& address) const {
        return *fleet_.match(address).chosen;
    }

  private:
    // Younger carriers of the key that came from here.
    void add_removals(const Address& address, std::vector<Change>& changes) const {
        for (const LiveResource* live : fleet_.match(address).surplus) {
            if (fleet_.was_left_behind(live->id)) continue;
            if (made_here_.contains(live->id))
                changes.push_back(removal_of(address, *live, fleet_, Reason::duplicate));
        }
    }

    const FleetIndex fleet_;
    const std::unordered_set<ResourceId> made_here_;
    std::unordered_set<Address> lost_;
};

std::string told_of(const ChangeResult& result, const TieSettler& settler) {
    const Change& change = *result.change;
    const std::string address = change.address.text();
    if (change.action == Action::remove) {
        return settler.lost(change.address)
                   ? fmt::format("{}: ours (id {}) is deleted", address, change.id.text())
                   : fmt::format(
                         "{}: was made twice, because an answer was lost; the younger one (id {}) is deleted",
                         address, change.id.text());
    }
    if (change.reason == Reason::tie) {
        return fmt::format("{}: another apply made it at the same time; the older one (id {}) stays", address,
                           change.id.text());
    }
    return fmt::format("{}: names the agents that stay", address);
}

}  // namespace

Result<TiesSettled> settle_ties(const std::vector<ChangeResult>& results, const Snapshot& now,
                                ApplyPorts& ports, const ApplySettings& settings) {
    BOOST_OUTCOME_TRY(view, view_state(ports.state, now));
    TiesSettled settled;
    // Without two carriers of one key there is nothing to compare.
    if (view.made_here.empty()) return settled;
    TieSettler settler(now, view);
    const Plan plan = settler.plan(results);
    if (plan.changes.empty()) return settled;
    ApplySettings quiet = settings;
    quiet.reviewed = false;
    BOOST_OUTCOME_TRY(report, execute(plan, now, ports, quiet));
    for (const ChangeResult& result : report.results) {
        const Address& address = result.change->address;
        if (result.kind != ResultKind::done && result.kind != ResultKind::already) {
            settled.troubles.push_back(fmt::format("{}: a tie with another apply is not settled yet: {}",
                                                   address.text(), result.reason));
            continue;
        }
        settled.told.push_back(told_of(result, settler));
        if (result.change->reason != Reason::tie) continue;
        const LiveResource& survivor = settler.survivor(address);
        settled.rebound.push_back({address, result.change->key, survivor.id, survivor.team, {}});
    }
    settled.interrupted = report.interrupted;
    settled.stopped_by = report.stopped_by;
    return settled;
}

}  // namespace tlm
