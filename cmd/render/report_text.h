#pragma once

#include <string>

#include "cmd/render/plan_text.h"
#include "engine/apply/report.h"

namespace tlm::cmd {

// One line for a change that has ended, for those who watch: "done     wf/agent/a  created".
[[nodiscard]] std::string result_line(const ChangeResult& result, const Style& style);

// The end of an apply: counts, everything that failed in the target's own words, what was left behind, and
// what to run next. `waiting` is the number of tasks that the plan holds back.
[[nodiscard]] std::string report_text(const ApplyReport& report, std::size_t waiting, const Layout& layout);

}  // namespace tlm::cmd
