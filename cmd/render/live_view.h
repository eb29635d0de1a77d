#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "cmd/render/plan_text.h"
#include "engine/wait/task_board.h"

namespace tlm::cmd {

// The tasks that are waited for, in at most `height` lines of at most `layout.width` columns: overall
// progress first, then team by team each task with its status, who works on it, and for how long it has had
// that status, or what it waits for. Where not all have room, what failed and what runs goes before what
// waits and what is completed, and the rest is counted. Pure.
[[nodiscard]] std::vector<std::string> live_view(const TaskBoard& board, TrackedTask::TimePoint now,
                                                 const Layout& layout, std::size_t height);

}  // namespace tlm::cmd
