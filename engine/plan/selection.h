#pragma once

#include <string>
#include <vector>

#include "engine/plan/plan.h"

namespace tlm {

struct Selection {
    std::vector<Change> kept;
    std::vector<std::string> left_out;  // addresses, sorted
};

// Keeps the changes that --target selects, with everything that they depend on, and drops those that
// --exclude selects, with everything that depends on them. Errors: bad_input where a pattern selects neither
// a desired resource nor a change.
[[nodiscard]] Result<Selection> select_changes(std::vector<Change> changes,
                                               const std::vector<DesiredResource>& desired,
                                               const PlanOptions& options);

}  // namespace tlm
