#include "engine/plan/removals.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

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

// Deletes come after the makings at the same address, and an agent's delete after those of the teams that
// hold it.
void order_removals(std::vector<Change>& changes, const FleetIndex& fleet) {
    std::set<Address> made;
    std::map<ResourceId, std::set<Address>> holders;  // agent id -> teams that this plan deletes or updates
    for (const Change& change : changes) {
        if (change.action != Action::remove && change.action != Action::none) made.insert(change.address);
        if (change.address.kind != Kind::team || change.id.empty()) continue;
        if (change.action != Action::remove && change.action != Action::update) continue;
        const LiveResource* team = fleet.by_id(Kind::team, change.id);
        const auto members = team == nullptr ? std::nullopt : team->attributes.find(Attribute::members);
        if (!members) continue;
        for (const std::string& id : std::get<StringList>(*members))
            holders[ResourceId(id)].insert(change.address);
    }
    for (Change& change : changes) {
        if (change.action != Action::remove) continue;
        std::set<Address> first;
        if (made.contains(change.address)) first.insert(change.address);
        if (change.address.kind == Kind::agent) {
            if (const auto at = holders.find(change.id); at != holders.end()) first.merge(at->second);
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

Change removal_of(const Address& address, const LiveResource& live, const FleetIndex& fleet, Reason reason) {
    Change change;
    change.address = address;
    change.action = Action::remove;
    change.reason = reason;
    change.key = live.name;
    change.id = live.id;
    auto over = reported_attributes(live);
    std::string sha256 = fingerprint(live.attributes, over);
    const Attributes named = fleet.named(address, live.attributes, {});
    for (const Attribute attribute : over)
        change.attributes.push_back({attribute, *named.find(attribute), std::nullopt});
    change.precondition = MustMatch{std::move(over), std::move(sha256)};
    return change;
}

void order_changes(std::vector<Change>& changes, const FleetIndex& fleet) {
    order_removals(changes, fleet);
    sort_changes(changes);
}

}  // namespace tlm
