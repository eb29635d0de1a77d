#pragma once

#include <vector>

#include "engine/workflow/diagnostics.h"
#include "engine/workflow/places.h"
#include "engine/workflow/workflow.h"

namespace tlm {

// What must hold between the parts of a workflow, and between workflows: names once, references that exist,
// no task that waits for itself, no two resources with one key. Linear in the number of resources. Notes the
// keys of agents and teams, which it has to derive.
void check_workflows(std::vector<Workflow>& workflows, const std::vector<WorkflowPlaces>& places,
                     Diagnostics& diagnostics);

}  // namespace tlm
