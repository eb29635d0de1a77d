#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/apply/executor.h"
#include "engine/snapshot/snapshot.h"

namespace tlm {

struct TiesSettled {
    std::vector<std::string> told;      // for people, a sentence each
    std::vector<std::string> troubles;  // what could not be settled
    std::vector<Binding> rebound;       // addresses that mean another's resource now
    bool interrupted = false;           // the user asked to stop meanwhile
    std::optional<Error> stopped_by;    // what ended it early
    [[nodiscard]] bool any() const { return !told.empty() || !troubles.empty(); }
};

// Two applies may make the same agent or team at the same time, each from a state of its own. The oldest
// carrier of a key (createdAt, then id) stays; whoever made a younger one brings the oldest to what it
// planned, binds it, wires it into its teams and deletes its own. `results` are those of the run, `now` the
// fleet after it. Only what StateReader::made_here takes for ours is deleted, and never the oldest. Errors:
// state.
[[nodiscard]] Result<TiesSettled> settle_ties(const std::vector<ChangeResult>& results, const Snapshot& now,
                                              ApplyPorts& ports, const ApplySettings& settings);

}  // namespace tlm
