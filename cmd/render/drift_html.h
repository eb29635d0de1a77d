#pragma once

#include <string>
#include <vector>

#include "engine/drift/drift.h"

namespace tlm::cmd {

// The findings as one self-contained page, made as plan_html makes it.
[[nodiscard]] std::string drift_html(const std::vector<Finding>& findings, const std::string& target);

}  // namespace tlm::cmd
