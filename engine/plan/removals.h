#pragma once

#include <vector>

#include "engine/diff/change.h"
#include "engine/snapshot/fleet_index.h"

namespace tlm {

// The change that deletes a live resource, as it is reported now: an agent's status apart, since it is
// stopped on the way.
[[nodiscard]] Change removal_of(const Address& address, const LiveResource& live, const FleetIndex& fleet,
                                Reason reason);

// Brings changes into the order of a plan: by address, deletes behind the makings at the same address, an
// agent's delete behind the changes of the teams that hold it.
void order_changes(std::vector<Change>& changes, const FleetIndex& fleet);

}  // namespace tlm
