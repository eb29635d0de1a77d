#pragma once

#include <functional>
#include <string>
#include <vector>

#include "engine/diff/change.h"
#include "engine/resource/desired.h"
#include "engine/snapshot/fleet_index.h"

namespace tlm {

// Something that people should know and that no change expresses.
struct Notice {
    Address address;
    std::string text;
};

struct Diff {
    std::vector<Change> changes;  // sorted by address; `none` only for tasks that wait
    std::size_t unchanged = 0;
    std::vector<Notice> notices;
    std::size_t kept_of_force = 0;  // by forced_diff
    std::size_t stuck = 0;          // tasks that wait for one that failed
};

// What to make anew although it is as desired, by `--replace`.
using Requested = std::function<bool(const Address&)>;

// Three-way comparison, attribute by attribute: desired, last applied (the index's bindings), live. Pure: the
// same inputs give the same result. `desired` is sorted by address, `matches` are those of `desired`
// (FleetIndex::match_all). A requested agent or team is replaced; a
// requested task is submitted once more, and the one that is there is left behind, unless it is one of
// `made`.
[[nodiscard]] Diff diff(const std::vector<DesiredResource>& desired, const std::vector<Match>& matches,
                        const FleetIndex& fleet, const Requested& requested = {},
                        const std::vector<std::pair<Address, ResourceId>>& made = {});

// The clean slate: a create for every desired resource, whatever exists. What an interrupted forced apply
// made
// (`made`: address and id) is kept and compared as above where it, or what it lost a tie to, still stands, so
// that repeating it makes no third set.
[[nodiscard]] Diff forced_diff(const std::vector<DesiredResource>& desired, const std::vector<Match>& matches,
                               const FleetIndex& fleet,
                               const std::vector<std::pair<Address, ResourceId>>& made);

}  // namespace tlm
