#pragma once

#include <string>

#include "engine/plan/plan.h"

namespace tlm::cmd {

// What a page shows beside the plan itself.
struct PlanPage {
    std::string file;        // the plan file, empty where it was not written to one
    std::string advice;      // as advice_text gives it, may be empty
    std::string stopped_by;  // why it was not written and must not be applied; empty: it may be
    std::string graph;       // an SVG, empty where it can't be drawn
    std::string graph_note;  // what was drawn together, or why there is no picture
};

// The plan as one self-contained page: counts, a warning where something is deleted or replaced, the command
// that applies it, the order of execution, and every change in a table that can be filtered.
[[nodiscard]] std::string plan_html(const Plan& plan, const PlanPage& page);

}  // namespace tlm::cmd
