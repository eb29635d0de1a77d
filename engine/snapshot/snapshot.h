#pragma once

#include <string>
#include <vector>

#include "engine/resource/resource.h"

namespace tlm {

// What the target held at one moment: every agent, team and task, whoever made it, each id once, in no
// particular order. `consistent` is false where the lists kept shifting while they were read: something may
// be missing, so a create must look its key up first.
struct Snapshot {
    std::vector<LiveResource> resources;
    bool consistent = true;
    // Two snapshots of one target with the same version hold the same. Opaque; empty where it is not known.
    std::string version = {};
    friend bool operator==(const Snapshot& left, const Snapshot& right) {
        return left.consistent == right.consistent && left.resources == right.resources;
    }
};

}  // namespace tlm
