#pragma once

#include <string>
#include <vector>

#include "engine/plan/plan.h"
#include "engine/snapshot/fleet_index.h"

namespace tlm {

// What the workflows' `tlm.protect` say, sorted.
[[nodiscard]] std::vector<Protection> protections_of(const std::vector<Workflow>& workflows);

// The protected resources that the plan takes down, in the plan's order. Surplus carriers of a key are none,
// since another one stays. `remembered` is what the state holds, `wanted` what the workflows or the plan add.
// A change counts by its own address and by those of the live resource that its id names: the one it is bound
// to, and the one that its key gives in a workflow that protects something.
[[nodiscard]] std::vector<ProtectedLoss> find_protected_losses(const std::vector<Change>& changes,
                                                               const FleetIndex& fleet,
                                                               const std::vector<Protection>& remembered,
                                                               const std::vector<Protection>& wanted);

// The first protection that covers the address, null where none does. `text` is the address as text.
[[nodiscard]] const Protection* find_protection(const std::vector<Protection>& protections,
                                                const Address& address, const std::string& text);

}  // namespace tlm
