#pragma once

#include <string>
#include <vector>

#include "cmd/render/plan_text.h"
#include "engine/drift/drift.h"

namespace tlm::cmd {

// The findings for people, by workflow, with what to do about each kind, and one summary line.
[[nodiscard]] std::string drift_text(const std::vector<Finding>& findings, const Layout& layout);

// The findings for programs: format tlm-drift/1.
[[nodiscard]] std::string drift_json(const std::vector<Finding>& findings, const std::string& target);

}  // namespace tlm::cmd
