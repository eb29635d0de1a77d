#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "engine/plan/plan.h"

namespace tlm::cmd {

// The warning of a plan's Markdown: names everything that is deleted and replaced, in at most `budget` bytes.
// A few stand in the warning itself, many in a list of their own: with the reason, or else the address alone,
// or else in ranges (name_ranges) by workflow and kind. Only where that is too long as well, some are counted
// by workflow and kind, with the first and the last, and `where` to see them ("`tlm show` shows everything").
// Empty where nothing is lost. Time and memory are linear in the plan, but for sorting.
[[nodiscard]] std::string losses_markdown(const Plan& plan, const PlanSummary& summary, std::size_t budget,
                                          std::string_view where);

}  // namespace tlm::cmd
