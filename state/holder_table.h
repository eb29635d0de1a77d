#pragma once

#include <optional>

#include "engine/base/result.h"
#include "state/database.h"
#include "state/lock_record.h"

namespace tlm::state {

// The table `holders`: who holds the lock of a scope, which is `*` for the whole state. A row may be one that
// a killed process left: whether the lock is held is known by the operating system's lock alone.
[[nodiscard]] Result<std::optional<LockHolder>> read_holder(Database& database);
[[nodiscard]] Result<void> put_holder(Database& database, const LockHolder& holder);
[[nodiscard]] Result<void> erase_holder(Database& database);

}  // namespace tlm::state
