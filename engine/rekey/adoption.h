#pragma once

#include <vector>

#include "engine/rekey/rekeying.h"
#include "engine/resource/desired.h"

namespace tlm {

// What `tlm state import` is going to do.
struct Adoption {
    Rekeying item;
    const DesiredResource* desired = nullptr;  // in the list that was given
    const LiveResource* live = nullptr;        // in the fleet's snapshot
    bool bound_before = false;                 // it is as it should be: nothing is to be done
};

// The live resource `id` is to be known by `address`: an agent or team gets its key as live name, a task
// must have its subject and team already. `desired` is sorted by address. Errors: bad_input where no workflow
// wants the address, or the resource is of another kind, team or subject; not_found where nothing on the
// target has the id; conflict where the resource is another address's, or the address means another one.
[[nodiscard]] Result<Adoption> plan_adoption(const Address& address, const ResourceId& id,
                                             const std::vector<DesiredResource>& desired,
                                             const FleetIndex& fleet, const std::vector<Binding>& bindings);

}  // namespace tlm
