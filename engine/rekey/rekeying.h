#pragma once

#include <string>
#include <vector>

#include "engine/ports/state.h"
#include "engine/snapshot/fleet_index.h"

namespace tlm {

// What becomes of the state when a live resource gets another address.
struct StateEdit {
    std::vector<Address> unbind;
    std::vector<Binding> bind;
    friend bool operator==(const StateEdit&, const StateEdit&) = default;
};

// One resource that is to be known by another address: its live name becomes that address's key, in place.
struct Rekeying {
    Address from;  // the same as `to` where it is adopted
    Address to;
    ResourceId id;            // the live resource; empty where what was bound is gone from the target
    std::string name_before;  // its live name; empty for tasks
    std::string key;          // the live name that it is to have; empty for tasks
    StateEdit edit;
    // Whether anything is to be sent: else only the state changes.
    [[nodiscard]] bool renames() const { return !id.empty() && !key.empty() && name_before != key; }
    friend bool operator==(const Rekeying&, const Rekeying&) = default;
};

// The bindings of `from` and of what refers to it, as they are once it is called `to`: of an agent, the teams
// and tasks of its workflow that name it; of a team, its tasks. What is bound to `from` stays bound to the
// same live resource, with what was last applied to it. Nothing where `from` is not bound.
[[nodiscard]] StateEdit follow(const Address& from, const Address& to, const FleetIndex& fleet,
                               const std::vector<Binding>& bindings);

// What must be protected beside `known`, sorted, so that whatever is protected at its old address is so at
// its new one.
[[nodiscard]] std::vector<Protection> followed_protections(const std::vector<Protection>& known,
                                                           const std::vector<Rekeying>& items);

}  // namespace tlm
