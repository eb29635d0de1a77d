#pragma once

#include <string>

#include "cmd/graphviz.h"
#include "engine/plan/plan.h"

namespace tlm::cmd {

// The plan as a page, with its graph where Graphviz is there to lay it out. `file` is the plan file (may be
// empty), `advice` what advice_text gives, `stopped_by` why it must not be applied (empty: it may be).
[[nodiscard]] std::string plan_page(const Plan& plan, const std::string& file, Dot& dot,
                                    const std::string& advice, const std::string& stopped_by = {});

}  // namespace tlm::cmd
