#pragma once

#include <optional>

#include "cmd/options.h"
#include "engine/plan/plan.h"

namespace tlm::cmd {

// The plan file that the arguments name, read and verified; nothing where they name workflows. A plan file is
// told by its content. Errors: bad_input, conflict where it was altered.
[[nodiscard]] Result<std::optional<Plan>> plan_input(const Options& options);

// Whether the file holds a plan, as far as its beginning tells.
[[nodiscard]] bool looks_like_plan(const std::string& path);

// The same where only a plan file will do.
[[nodiscard]] Result<Plan> read_plan_file(const std::string& path);

}  // namespace tlm::cmd
