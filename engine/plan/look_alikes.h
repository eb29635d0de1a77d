#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/base/unicode.h"
#include "engine/plan/plan.h"

namespace tlm {

// Names that a reader may take for each other, or one that is written in several scripts.
struct LookAlike {
    std::string what;                // "workflow", "agent", "team" or "task"
    std::vector<std::string> names;  // as the workflow has them, in the order of the plan; with `mixed` one
    std::optional<MixedScripts> mixed;
};

// Pure: of the names that the plan's addresses are made of. Names of one kind are compared within a workflow
// (and a task's within its team), where these are alike themselves also across them. Two are alike where they
// are equal after look_folded. Linear in the number of changes.
[[nodiscard]] std::vector<LookAlike> look_alikes(const Plan& plan);

}  // namespace tlm
