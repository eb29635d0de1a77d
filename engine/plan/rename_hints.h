#pragma once

#include <string>
#include <vector>

#include "engine/diff/change.h"
#include "engine/diff/strays.h"
#include "engine/snapshot/fleet_index.h"

namespace tlm {

// What `tlm state mv` could be given instead of a delete and a create: two addresses, or two workflows.
struct RenameHint {
    std::string from;
    std::string to;
    friend auto operator<=>(const RenameHint&, const RenameHint&) = default;
};

// Agents and teams that are left over (deleted by the plan, or orphans) and look like one that is created:
// all that both say of themselves but the name is the same, and no other pair is as alike. A workflow that is
// not read any more, and whose resources all turn up in another one, is one hint. Sorted. Pure; the cost
// grows with the number of creates and strays, not with their product. `workflows` are those of the plan,
// sorted.
[[nodiscard]] std::vector<RenameHint> rename_hints(const std::vector<Change>& changes,
                                                   const std::vector<Stray>& strays, const FleetIndex& fleet,
                                                   const std::vector<std::string>& workflows);

}  // namespace tlm
