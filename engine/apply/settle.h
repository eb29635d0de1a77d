#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/diff/change.h"
#include "engine/snapshot/fleet_index.h"

namespace tlm {

// Whether a planned change still fits the live fleet.
enum class Fit {
    execute,  // the precondition holds
    already,  // it is as planned: nothing to send
    conflict  // anything else
};

struct Settlement {
    Fit fit = Fit::conflict;
    const LiveResource* live = nullptr;  // the resource concerned, where there is one
    Attributes remaining;                // execute: what is still to be set, references as names
    std::string reason;                  // conflict: in one sentence
    std::vector<std::string> details;    // conflict: planned and live value, a line for each attribute
};

// The row of the table "already as planned, precondition holds, anything else" that applies. `made` is the id
// that an earlier, interrupted apply of the same plan gave to this address. Pure.
[[nodiscard]] Settlement settle(const Change& change, const FleetIndex& fleet,
                                const std::optional<ResourceId>& made);

// What the live resource lacks of what the change planned, references as names. An attribute that the target
// does not report counts as there when it was the last one applied.
[[nodiscard]] Attributes still_missing(const Change& change, const FleetIndex& fleet,
                                       const LiveResource& live);

}  // namespace tlm
