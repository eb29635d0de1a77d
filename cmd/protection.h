#pragma once

#include <string>
#include <vector>

#include "engine/plan/plan.h"

namespace tlm::cmd {

// "would be deleted, and is protected by `audit/agent/*`"
[[nodiscard]] std::string loss_text(const ProtectedLoss& loss);

// Errors: limit, where a plan would delete or replace what is protected, with what must be done to let it go.
[[nodiscard]] Result<void> enforce_protection(const std::vector<ProtectedLoss>& losses);

}  // namespace tlm::cmd
