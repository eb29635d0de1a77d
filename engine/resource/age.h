#pragma once

#include <vector>

#include "engine/resource/resource.h"

namespace tlm {

// Sorts resources with the same key from the oldest to the youngest, a rule that every machine computes
// alike: by creation time, then by id. Where any of the times can't be read, ids alone decide.
void sort_by_age(std::vector<const LiveResource*>& resources);

}  // namespace tlm
