#pragma once

#include <string>
#include <vector>

#include "cmd/render/plan_text.h"
#include "engine/drift/drift.h"

namespace tlm::cmd {

// The findings for people, by workflow, with what to do about each kind, and one summary line.
[[nodiscard]] std::string drift_text(const std::vector<Finding>& findings, const Layout& layout);

// "2 orphans, 1 changed".
[[nodiscard]] std::string drift_summary(const std::vector<Finding>& findings);
// What to do about each kind that is there, a sentence each.
[[nodiscard]] std::vector<std::string> drift_advice(const std::vector<Finding>& findings);

// The findings for programs: format tlm-drift/1.
[[nodiscard]] std::string drift_json(const std::vector<Finding>& findings, const std::string& target);

}  // namespace tlm::cmd
