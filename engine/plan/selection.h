#pragma once

#include <string>
#include <vector>

#include "engine/plan/plan.h"

namespace tlm {

struct Selection {
    std::vector<Change> kept;
    std::vector<std::string> left_out;  // addresses, sorted
};

// Whether one of the patterns selects the address.
[[nodiscard]] bool matches_any(const std::vector<std::string>& patterns, const std::string& address);

// Errors: bad_input where one of the option's patterns selects neither a desired resource nor a change.
[[nodiscard]] Result<void> check_patterns(const std::vector<std::string>& patterns,
                                          const std::vector<Change>& changes,
                                          const std::vector<DesiredResource>& desired,
                                          std::string_view option);

// Keeps the changes that --target selects, with everything that they depend on, and drops those that
// --exclude selects, with everything that depends on them. Errors: bad_input where a pattern selects neither
// a desired resource nor a change.
[[nodiscard]] Result<Selection> select_changes(std::vector<Change> changes,
                                               const std::vector<DesiredResource>& desired,
                                               const PlanOptions& options);

}  // namespace tlm
