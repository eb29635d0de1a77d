#pragma once

#include "engine/workflow/diagnostics.h"
#include "engine/workflow/document.h"
#include "engine/workflow/places.h"
#include "engine/workflow/workflow.h"

namespace tlm {

// Reads a document, which has a root, as telemachy/v1. Faults go to `diagnostics`; what could be read is
// returned all the same, so that the checks between resources can go on. The places of names and references
// go to `places`.
[[nodiscard]] Workflow read_schema(const Document& document, Diagnostics& diagnostics,
                                   WorkflowPlaces& places);

}  // namespace tlm
