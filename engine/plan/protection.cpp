#include "engine/plan/protection.h"

#include <algorithm>
#include <set>

#include "engine/resource/key.h"

namespace tlm {
namespace {

bool takes_down(const Change& change) {
    if (change.action == Action::remove) return change.reason != Reason::duplicate;
    return change.action == Action::replace;
}

// The addresses of what a change takes down: what it says, and by what else the live resource is known.
std::vector<Address> meant_by(const Change& change, const FleetIndex& fleet,
                              const std::set<std::string>& workflows) {
    std::vector<Address> addresses = {change.address};
    const LiveResource* live = fleet.by_id(change.address.kind, change.id);
    if (live == nullptr) return addresses;
    if (const Binding* bound = fleet.bound_to(live->kind, live->id)) addresses.push_back(bound->address);
    const auto key = Key::recognise(live->name);
    if (!key || live->kind == Kind::task) return addresses;
    for (const std::string& workflow : workflows) {
        if (key->proves_owner(workflow))
            addresses.push_back(Address{workflow, live->kind, {}, std::string(key->suffix())});
    }
    return addresses;
}

}  // namespace

std::vector<Protection> protections_of(const std::vector<Workflow>& workflows) {
    std::vector<Protection> protections;
    for (const Workflow& workflow : workflows) {
        for (const std::string& pattern : workflow.protect)
            protections.push_back({workflow.name, pattern});
    }
    std::ranges::sort(protections);
    const auto repeated = std::ranges::unique(protections);
    protections.erase(repeated.begin(), repeated.end());
    return protections;
}

const Protection* find_protection(const std::vector<Protection>& protections, const Address& address,
                                  const std::string& text) {
    const auto at = std::ranges::find_if(protections, [&](const Protection& protection) {
        return protection.workflow == address.workflow && address_matches(protection.pattern, text);
    });
    return at == protections.end() ? nullptr : &*at;
}

std::vector<ProtectedLoss> find_protected_losses(const std::vector<Change>& changes, const FleetIndex& fleet,
                                                 const std::vector<Protection>& remembered,
                                                 const std::vector<Protection>& wanted) {
    std::vector<ProtectedLoss> losses;
    if (remembered.empty() && wanted.empty()) return losses;
    std::set<std::string> workflows;
    for (const auto* protections : {&remembered, &wanted}) {
        for (const Protection& protection : *protections)
            workflows.insert(protection.workflow);
    }
    for (const Change& change : changes) {
        if (!takes_down(change)) continue;
        for (const Address& address : meant_by(change, fleet, workflows)) {
            const std::string text = address.text();
            const Protection* by = find_protection(remembered, address, text);
            const bool is_remembered = by != nullptr;
            if (!is_remembered) by = find_protection(wanted, address, text);
            if (by == nullptr) continue;
            losses.push_back({change.address, change.action, *by, is_remembered,
                              address == change.address ? std::nullopt : std::optional(address)});
            break;
        }
    }
    return losses;
}

}  // namespace tlm
