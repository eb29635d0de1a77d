#pragma once

#include <string>
#include <vector>

#include "engine/drift/drift.h"

namespace tlm::cmd {

// The findings for an issue or a comment, in Markdown that GitHub and GitLab read: counts, the findings of
// each workflow folded, what to do about them. Never longer than kMostMarkdown; what is left out is counted.
[[nodiscard]] std::string drift_markdown(const std::vector<Finding>& findings, const std::string& target);

}  // namespace tlm::cmd
