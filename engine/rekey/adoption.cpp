#include "engine/rekey/adoption.h"
#include "engine/base/shell_quote.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "engine/base/text.h"
#include "engine/resource/key.h"

namespace tlm {
namespace {

Result<const DesiredResource*> find_desired(const Address& address,
                                            const std::vector<DesiredResource>& desired) {
    const auto at = std::ranges::lower_bound(desired, address, {}, &DesiredResource::address);
    if (at != desired.end() && at->address == address) return &*at;
    std::vector<std::string> names;
    for (const DesiredResource& resource : desired) {
        if (resource.address.kind == address.kind) names.push_back(resource.address.text());
    }
    std::vector<std::string> hints;
    if (const auto near = nearest(address.text(), names))
        hints.push_back(fmt::format("Did you mean `{}`?", *near));
    hints.emplace_back("Write it into a workflow first: what no workflow wants would be an orphan at once.");
    return fail(ErrorCode::bad_input, "no workflow here has this address", address.text(), std::move(hints));
}

Result<const LiveResource*> find_live(const Address& address, const ResourceId& id, const FleetIndex& fleet) {
    if (const LiveResource* live = fleet.by_id(address.kind, id)) return live;
    for (const Kind kind : {Kind::agent, Kind::team, Kind::task}) {
        if (fleet.by_id(kind, id) == nullptr) continue;
        return fail(ErrorCode::bad_input,
                    fmt::format("id {} is {} {}, and this address is {} {}'s", id.text(),
                                kind == Kind::agent ? "an" : "a", kind_name(kind),
                                address.kind == Kind::agent ? "an" : "a", kind_name(address.kind)),
                    address.text(), {"Give an id and an address of the same kind."});
    }
    return fail(ErrorCode::not_found,
                fmt::format("the target has no {} with the id {}", kind_name(address.kind), id.text()),
                address.text(), {"`tlm drift` lists what was made by hand (unowned), with ids."});
}

// That nobody else can say that it is theirs.
Result<void> check_owner(const Address& address, const LiveResource& live, const FleetIndex& fleet,
                         const std::set<std::string>& workflows) {
    std::optional<Address> owner;
    if (const Binding* bound = fleet.bound_to(live.kind, live.id)) owner = bound->address;
    const auto key = live.kind == Kind::task ? std::nullopt : Key::recognise(live.name);
    for (const std::string& workflow : workflows) {
        if (!owner && key && key->proves_owner(workflow))
            owner = Address{workflow, live.kind, {}, std::string(key->suffix())};
    }
    if (!owner || *owner == address) return success();
    return fail(ErrorCode::conflict, fmt::format("id {} is {} already", live.id.text(), owner->text()),
                address.text(),
                {live.kind == Kind::task
                     ? fmt::format("To forget that: tlm state rm {}", shell_arguments({owner->text()}))
                     : fmt::format("To give it this address instead: tlm state mv {}",
                                   shell_arguments({owner->text(), address.text()}))});
}

Result<void> check_task(const Address& address, const LiveResource& live, const FleetIndex& fleet) {
    const Address team = Address::team_of(address.workflow, address.team);
    const LiveResource* meant = fleet.match(team).chosen;
    if (meant == nullptr) {
        return fail(ErrorCode::bad_input, fmt::format("its team {} is not on the target", team.text()),
                    address.text(), {"Import or apply the team first."});
    }
    if (live.team == meant->id && live.name == address.name) return success();
    return fail(ErrorCode::bad_input,
                live.team != meant->id
                    ? fmt::format("the task belongs to another team (id {}) than {} (id {})",
                                  live.team.text(), team.text(), meant->id.text())
                    : fmt::format("the task's subject is `{}`", live.name),
                address.text(), {"A task is known by its team and its subject: both must be the same."});
}

}  // namespace

Result<Adoption> plan_adoption(const Address& address, const ResourceId& id,
                               const std::vector<DesiredResource>& desired, const FleetIndex& fleet,
                               const std::vector<Binding>& bindings) {
    Adoption adoption;
    BOOST_OUTCOME_TRY(wanted, find_desired(address, desired));
    BOOST_OUTCOME_TRY(live, find_live(address, id, fleet));
    std::set<std::string> workflows;
    for (const DesiredResource& resource : desired)
        workflows.insert(resource.address.workflow);
    for (const Binding& binding : bindings)
        workflows.insert(binding.address.workflow);
    BOOST_OUTCOME_TRYV(check_owner(address, *live, fleet, workflows));
    if (address.kind == Kind::task) {
        BOOST_OUTCOME_TRYV(check_task(address, *live, fleet));
    }
    const Match match = fleet.match(address);
    if (match.chosen != nullptr && match.chosen != live) {
        return fail(
            ErrorCode::conflict, fmt::format("it is another one already (id {})", match.chosen->id.text()),
            address.text(),
            {match.bound ? fmt::format("To see it: tlm state show {}", shell_arguments({address.text()}))
                         : "`tlm plan` shows it: it carries the key, and is adopted by itself."});
    }
    adoption.desired = wanted;
    adoption.live = live;
    adoption.item = {address,     address, live->id, address.kind == Kind::task ? std::string() : live->name,
                     wanted->key, {}};
    adoption.bound_before = match.bound && !adoption.item.renames();
    if (!match.bound) adoption.item.edit.bind.push_back({address, wanted->key, live->id, live->team, {}});
    return adoption;
}

}  // namespace tlm
