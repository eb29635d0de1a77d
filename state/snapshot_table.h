#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "engine/ports/state.h"
#include "state/database.h"

namespace tlm::state {

// The tables `snapshots` and `snapshot_resources`: at most one snapshot for each target. `target` is a number
// of the table `targets`. To be called inside a transaction.
[[nodiscard]] Result<void> replace_snapshot(Database& database, std::int64_t target, const Snapshot& snapshot,
                                            const std::string& now);
[[nodiscard]] Result<std::optional<CachedSnapshot>> read_snapshot(Database& database, std::int64_t target,
                                                                  const std::string& target_name);

}  // namespace tlm::state
