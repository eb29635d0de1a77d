#pragma once

#include <set>
#include <string>
#include <vector>

#include "engine/ports/provider.h"
#include "engine/ports/state.h"
#include "engine/snapshot/snapshot.h"

namespace tlm {

struct Recovered {
    std::vector<std::string> told;  // a sentence for people about each entry
    std::set<Address> doubtful;     // creates that are not there, and may still arrive
};

// Settles what a killed run left open in the journal, before anything is planned: a create that did reach the
// target is bound, the others are closed. Errors: state, and the reader's.
[[nodiscard]] Result<Recovered> settle_open_intents(const Snapshot& fleet, FleetReader& reader,
                                                    const StateReader& state, Journal& journal);

}  // namespace tlm
