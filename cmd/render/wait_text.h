#pragma once

#include <string>

#include "cmd/render/plan_text.h"
#include "engine/wait/wait.h"

namespace tlm::cmd {

// What people call where a task is: once it is submitted, the target's own word.
[[nodiscard]] std::string status_word(const TrackedTask& task);

// One line for a task that has moved, for those who watch: "running  wf/task/audit/Read%20it".
[[nodiscard]] std::string task_line(const TrackedTask& task, const Style& style);

// The end of a wait: counts, what failed, was skipped because of it or got lost, what is not finished with
// its last status and for how long it has had it, and what to run next.
[[nodiscard]] std::string wait_text(const WaitReport& report, const Layout& layout);

}  // namespace tlm::cmd
