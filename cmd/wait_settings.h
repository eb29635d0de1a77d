#pragma once

#include <string>
#include <vector>

#include "cmd/context.h"
#include "engine/wait/wait.h"

namespace tlm::cmd {

// How to wait, from options, settings and the workflows. --timeout holds for every workflow; else it is
// timeout_seconds, or DEFAULT_WORKFLOW_TIMEOUT where a workflow does not say (or was not read, since a
// reviewed plan is applied), never more than MONITOR_TIMEOUT_SECONDS.
[[nodiscard]] WaitSettings wait_settings(const Context& context, const std::vector<std::string>& names,
                                         const std::vector<Workflow>& workflows);

}  // namespace tlm::cmd
