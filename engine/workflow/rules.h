#pragma once

#include <string_view>

#include "engine/workflow/diagnostics.h"
#include "engine/workflow/node_reader.h"
#include "engine/workflow/places.h"
#include "engine/workflow/suggestions.h"
#include "engine/workflow/workflow.h"

namespace tlm {

// The rules for tlm that a workflow's `metadata` may carry, as members whose names begin with `tlm.`. The
// schema telemachy/v1 lets metadata hold any text, so that other programs pass over them:
//   tlm.protect         patterns over addresses, separated by commas: never deleted or replaced
//   tlm.ignore-changes  PATTERN:ATTRIBUTE, separated by commas: set on creation, not compared afterwards
// Adds what the rule `name` says to the workflow, or a fault at the node's place.
void read_rule(std::string_view name, const Node& node, NodeReader& reader, Workflow& workflow,
               WorkflowPlaces& places);

// A fault for every pattern that selects none of the workflow's resources: it is misspelled and would protect
// nothing, or what it protects was taken out of the file.
void check_rules(const Workflow& workflow, const WorkflowPlaces& places, Suggestions& suggestions,
                 Diagnostics& diagnostics);

}  // namespace tlm
