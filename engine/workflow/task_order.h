#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "engine/workflow/workflow.h"

namespace tlm {

// A circle among the tasks of a team, as indices: each waits for the next, the last for the first. A task
// that waits for itself alone is not reported. Linear and without recursion.
[[nodiscard]] std::optional<std::vector<std::size_t>> find_cycle(const std::vector<TaskSpec>& tasks);

}  // namespace tlm
