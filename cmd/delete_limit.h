#pragma once

#include <string>

#include "engine/base/result.h"
#include "engine/plan/limits.h"

namespace tlm::cmd {

// `12`, `40%`, or `12 sha256:…`, which is for the plan with this digest only. Errors: bad_input.
[[nodiscard]] Result<DeleteLimit> read_delete_limit(const std::string& word);

// `digest` is the plan's as it was reviewed; empty: it is computed where it is needed. Errors: limit, where
// the plan deletes or replaces more than it may, with counts, shares, the digest and the options that allow
// just this.
[[nodiscard]] Result<void> enforce_limit(const Plan& plan, std::string digest, const Snapshot& snapshot,
                                         const std::vector<Binding>& bindings, const DeleteLimit& limit);

}  // namespace tlm::cmd
