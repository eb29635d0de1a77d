#pragma once

#include <optional>
#include <string>

#include "cmd/context.h"
#include "engine/plan/plan.h"

namespace tlm::cmd {

// The plan file that the arguments name, read and verified; nothing where they name workflows. A plan file is
// told by its content. Errors: bad_input, conflict where it was altered.
[[nodiscard]] Result<std::optional<Plan>> plan_input(const Context& context);

// The same where only a plan file will do.
[[nodiscard]] Result<Plan> read_plan_file(const Context& context, const std::string& path);

}  // namespace tlm::cmd
