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

// The names of workflows, agents, teams and tasks that hold what can't be seen; see UnseenInName. Control
// characters are left out: the schema has refused them.
[[nodiscard]] std::vector<UnseenInName> unseen_in_names(const std::vector<Workflow>& workflows,
                                                        const std::vector<WorkflowPlaces>& places);

}  // namespace tlm
