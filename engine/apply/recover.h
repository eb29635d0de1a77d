#pragma once

#include <string>
#include <vector>

#include "engine/ports/provider.h"
#include "engine/ports/state.h"
#include "engine/snapshot/snapshot.h"

namespace tlm {

// Settles what a killed run left open in the journal, before anything is planned: a create that did reach the
// target is bound, the others are closed. Returns a sentence for people about each. Errors: state, and the
// reader's.
[[nodiscard]] Result<std::vector<std::string>> settle_open_intents(const Snapshot& fleet, FleetReader& reader,
                                                                   const StateReader& state,
                                                                   Journal& journal);

}  // namespace tlm
