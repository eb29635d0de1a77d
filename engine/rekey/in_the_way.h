#pragma once

#include <string_view>
#include <vector>

#include "engine/apply/report.h"
#include "engine/snapshot/snapshot.h"

namespace tlm {

// A create that failed because something stands in its way.
struct InTheWay {
    const Change* change = nullptr;               // in the plan
    std::vector<const LiveResource*> candidates;  // in the snapshot: what has its name and no key
};

// Whether a refusal in the target's own words says that something exists already: there is no code for it.
[[nodiscard]] bool says_exists(std::string_view words);

// Agents and teams that could not be made for that reason, with what may be in the way: of the same kind, by
// name or label, and not carrying a key. In plan order.
[[nodiscard]] std::vector<InTheWay> in_the_way(const ApplyReport& report, const Snapshot& snapshot);

}  // namespace tlm
