#pragma once

#include <string>

#include "engine/plan/plan.h"

namespace tlm::cmd {

// The command that applies exactly this plan, for a shell: `file`, or plan.json where it is empty or standard
// output, and where something is deleted or replaced the option that allows just so much, so that what was
// let pass when the plan was made is let pass when it is applied.
[[nodiscard]] std::string apply_command(const Plan& plan, const std::string& file);
// The same with the plan's digest, for whoever was shown the plan elsewhere.
[[nodiscard]] std::string apply_command_with_digest(const Plan& plan, const std::string& digest,
                                                    const std::string& file);

// The options that a plan was made with, as they were given, each followed by a blank; empty where there were
// none.
[[nodiscard]] std::string options_text(const PlanOptions& options);

}  // namespace tlm::cmd
