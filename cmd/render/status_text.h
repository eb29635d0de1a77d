#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "cmd/render/plan_text.h"
#include "engine/wait/overview.h"

namespace tlm::cmd {

// Per workflow how much of it is there, and each task by team: its status, who works on it, what it waits for
// and since when it is on the target: by the target's clock, and where `now` is given for how long by ours.
[[nodiscard]] std::string status_text(
    const std::vector<WorkflowView>& workflows, const Layout& layout,
    std::optional<std::chrono::system_clock::time_point> now = std::nullopt);

// The same for programs.
[[nodiscard]] std::string status_json(const std::vector<WorkflowView>& workflows, const std::string& target);

}  // namespace tlm::cmd
