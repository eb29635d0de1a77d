#pragma once

#include <vector>

#include "engine/plan/plan.h"
#include "engine/resource/desired.h"
#include "engine/snapshot/fleet_index.h"

namespace tlm {

// What is wanted beside what there is.
struct Comparison {
    FleetIndex fleet;
    std::vector<DesiredResource> desired;  // sorted by address
    std::vector<Match> matches;            // of `desired`, in its order
};

// Refers into snapshot and state of the inputs, which must outlive it, and takes agents and teams out of
// their workflows.
[[nodiscard]] Comparison compare(PlanInputs& inputs);

}  // namespace tlm
