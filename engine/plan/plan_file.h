#pragma once

#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "engine/plan/plan.h"

namespace tlm {

inline constexpr std::string_view kPlanFormat = "tlm-plan/1";

// `sha256:` and 64 hex digits over the canonical text of the plan without its digest member.
[[nodiscard]] std::string plan_digest(const Plan& plan);

// The plan as people review it: pretty-printed JSON, members in a fixed order, one attribute a line, ends
// with a newline. Equal plans give equal bytes.
[[nodiscard]] std::string plan_to_text(const Plan& plan);

// Reads a plan file. `name` is how messages call it. Errors: bad_input where it is not a plan file or one of
// a newer format; conflict where it is one and was altered after it was written.
[[nodiscard]] Result<Plan> plan_from_text(const std::string& text, const std::string& name);

}  // namespace tlm
