#pragma once

#include <vector>

#include "engine/resource/resource.h"

namespace tlm {

// What the target held at one moment: every agent, team and task, whoever made it, each id once, in no
// particular order. `consistent` is false where the lists kept shifting while they were read: something may
// be missing, so a create must look its key up first.
struct Snapshot {
    std::vector<LiveResource> resources;
    bool consistent = true;
    friend bool operator==(const Snapshot&, const Snapshot&) = default;
};

}  // namespace tlm
