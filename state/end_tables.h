#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/ports/state.h"
#include "state/database.h"

namespace tlm::state {

// The tables `ended_tasks` and `torn_down`. `target` is a number of the table `targets`.
[[nodiscard]] Result<std::vector<EndedTask>> read_ended_tasks(Database& database, std::int64_t target);
[[nodiscard]] Result<std::vector<TornDown>> read_torn_down(Database& database, std::int64_t target);

// What the batch says of ends: first what is to be forgotten, then what is new.
[[nodiscard]] Result<void> write_ends(Database& database, std::int64_t target, const JournalBatch& batch,
                                      const std::string& now);

}  // namespace tlm::state
