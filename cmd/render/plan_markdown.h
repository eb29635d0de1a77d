#pragma once

#include <string>

#include "engine/plan/plan.h"

namespace tlm::cmd {

// The plan for a comment on a pull request, in Markdown that GitHub and GitLab read: counts, a warning that
// names what is deleted and replaced, the details of each workflow folded, the digest and the command that
// applies exactly this. Never longer than kMostMarkdown; what is left out is counted, deletes and
// replacements last of all (losses_markdown). `file` is the plan's file, empty where it was not written.
[[nodiscard]] std::string plan_markdown(const Plan& plan, const std::string& file);
// The same, with what people should know beside it: notices, left-out changes, orphans. `stopped_by`: why the
// plan was not written and must not be applied, in the place of the command; empty: it may be.
[[nodiscard]] std::string plan_markdown(const Planned& planned, const std::string& file,
                                        const std::string& stopped_by = {});

}  // namespace tlm::cmd
