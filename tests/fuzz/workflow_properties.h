#pragma once

#include <vector>

#include "engine/workflow/reader.h"

namespace tlm::fuzz {

// Reads the sources. Faults must be shown without harm to a terminal; what has none must give a plan that
// survives being written and read.
void check_workflows_read(const std::vector<Source>& sources);

}  // namespace tlm::fuzz
