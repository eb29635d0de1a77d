#pragma once

#include <vector>

#include "engine/workflow/workflow.h"

namespace tlm {

// Where a workflow's names and references stand, in step with the Workflow's own vectors. Kept apart, because
// only the checks need it.
struct TaskPlaces {
    Position subject;
    Position assign_to;
    std::vector<Position> blocked_by;
};
struct TeamPlaces {
    Position name;
    std::vector<Position> agents;
    std::vector<TaskPlaces> tasks;
};
struct WorkflowPlaces {
    Position name;
    std::vector<Position> protect;
    std::vector<Position> ignore_changes;
    std::vector<Position> agents;
    std::vector<TeamPlaces> teams;
    bool agents_known = false;  // there is a list of agents, so that references to others are faults
};

}  // namespace tlm
