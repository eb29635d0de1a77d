#pragma once

#include <string>

#include "engine/base/result.h"
#include "engine/plan/limits.h"

namespace tlm::cmd {

// `12` or `40%`. Errors: bad_input.
[[nodiscard]] Result<DeleteLimit> read_delete_limit(const std::string& word);

// Errors: limit, where the plan deletes or replaces more than it may, with counts, shares and the option that
// allows just this.
[[nodiscard]] Result<void> enforce_limit(const Plan& plan, const Snapshot& snapshot,
                                         const std::vector<Binding>& bindings, const DeleteLimit& limit);

}  // namespace tlm::cmd
