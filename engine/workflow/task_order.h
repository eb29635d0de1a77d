#pragma once

#include <cstddef>
#include <vector>

#include "engine/workflow/workflow.h"

namespace tlm {

// A circle among the tasks of a team, as indices: each waits for the next, the last for the first.
using TaskCycle = std::vector<std::size_t>;

// Circles that have no task in common; none where the tasks can be ordered. A task that waits for itself
// alone is not reported. Linear and without recursion.
[[nodiscard]] std::vector<TaskCycle> find_cycles(const std::vector<TaskSpec>& tasks);

}  // namespace tlm
