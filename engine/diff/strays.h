#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/resource/desired.h"
#include "engine/snapshot/fleet_index.h"

namespace tlm {

enum class StrayKind {
    duplicate,    // carries a desired resource's key (or team and subject) beside the one that is meant
    left_behind,  // the same, left on purpose by a forced apply: an orphan
    orphan,       // carries a key that nothing desired has
    unowned,      // carries no key: made by hand or by something else
};

// A live resource that no desired one claims.
struct Stray {
    const LiveResource* live = nullptr;  // in the snapshot
    StrayKind kind = StrayKind::unowned;
    std::optional<Address> address;  // whose it is, where a binding, the journal or the key itself proves it
};

// Every stray of the snapshot, sorted by address (unproved ones last), then id. `known_workflows` are the
// names to try ownership proofs with, beside those of the bindings. `matches` are those of `desired`.
[[nodiscard]] std::vector<Stray> find_strays(const Snapshot& snapshot, const FleetIndex& fleet,
                                             const std::vector<DesiredResource>& desired,
                                             const std::vector<Match>& matches,
                                             const std::vector<LeftBehind>& left_behind,
                                             const std::set<std::string>& known_workflows);

}  // namespace tlm
