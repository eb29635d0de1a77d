#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/rekey/rekeying.h"
#include "engine/snapshot/snapshot.h"

namespace tlm {

// What `tlm state mv` is going to do.
struct MovePlan {
    std::vector<Rekeying> items;  // sorted by the address that is left
    // Nothing is left at the old address and something stands at the new one: it was moved before.
    bool moved_before = false;
    friend bool operator==(const MovePlan&, const MovePlan&) = default;
};

// Moves one agent or team, or all of a workflow (`WORKFLOW` or `WORKFLOW/*`), to another address. Of a
// workflow it moves what is bound, and what is live and provably the workflow's. Errors: bad_input where the
// two are not of one kind, or are tasks; not_found where nothing is known of the old address; conflict where
// something stands at the new one already.
[[nodiscard]] Result<MovePlan> plan_move(std::string_view from, std::string_view to, const Snapshot& snapshot,
                                         const FleetIndex& fleet, const std::vector<Binding>& bindings);

}  // namespace tlm
