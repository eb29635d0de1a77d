#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
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
    bool stands_already = false;         // replace: `live` is the new one, to be finished
    Attributes remaining;                // execute: what is still to be set, references as names
    std::string reason;                  // conflict: in one sentence
    std::vector<std::string> details;    // conflict: planned and live value, a line for each attribute
};

// What else is known about a change: what an earlier, interrupted apply of the same plan did about it, and
// what the plan deletes.
struct Earlier {
    std::optional<ResourceId> made;  // the id that it gave to this address
    bool taken_down = false;         // it began to stop or delete the change's resource
    // Every id that the plan itself knows by an address: of what it replaces, and of what earlier applies of
    // it made. They may stand in references long after the address means another one.
    const std::unordered_map<ResourceId, Address>* stood_for = nullptr;
    const std::unordered_set<ResourceId>* removed_by_plan = nullptr;
};

// The row of the table "already as planned, precondition holds, anything else" that applies. Pure.
[[nodiscard]] Settlement settle(const Change& change, const FleetIndex& fleet, const Earlier& earlier);

// What the live resource lacks of what the change planned, references as names. An attribute that the target
// does not report counts as there when it was the last one applied.
[[nodiscard]] Attributes still_missing(const Change& change, const FleetIndex& fleet,
                                       const LiveResource& live);

}  // namespace tlm
