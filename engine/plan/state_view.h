#pragma once

#include <utility>
#include <vector>

#include "engine/ports/state.h"
#include "engine/snapshot/snapshot.h"

namespace tlm {

// What planning takes from the state, read once.
struct StateView {
    std::vector<Binding> bindings;
    std::vector<LeftBehind> left_behind;
    std::vector<std::pair<Address, ResourceId>> made_by_unfinished_force;
    std::vector<Protection> protections;
    std::vector<EndedTask> ended;
    std::vector<TornDown> torn_down;
    std::vector<ResourceId> made_here;  // StateReader::made_here of those that share their key with another
};

// Errors: state. Without `made_here`, which complete_state_view adds when the fleet has been read, too.
[[nodiscard]] Result<StateView> read_state_view(const StateReader& state);
[[nodiscard]] Result<void> complete_state_view(StateView& view, const StateReader& state,
                                               const Snapshot& snapshot);
// Both.
[[nodiscard]] Result<StateView> view_state(const StateReader& state, const Snapshot& snapshot);

}  // namespace tlm
