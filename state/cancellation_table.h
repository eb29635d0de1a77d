#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "state/database.h"

namespace tlm::state {

// The table `cancellations`: what a run under way is asked for by other processes. `run` is a number of the
// table `runs`.
[[nodiscard]] Result<std::vector<std::string>> read_cancelled(Database& database, std::int64_t run);
[[nodiscard]] Result<void> put_cancelled(Database& database, std::int64_t run, const std::string& workflow,
                                         const std::string& now);

}  // namespace tlm::state
