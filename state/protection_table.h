#pragma once

#include <cstdint>
#include <vector>

#include "engine/ports/state.h"
#include "state/database.h"

namespace tlm::state {

// The table `protections`. `target` is a number of the table `targets`.
[[nodiscard]] Result<std::vector<Protection>> read_protections(Database& database, std::int64_t target);
// True where it made a difference.
[[nodiscard]] Result<bool> put_protection(Database& database, std::int64_t target,
                                          const Protection& protection);
[[nodiscard]] Result<bool> erase_protection(Database& database, std::int64_t target,
                                            const Protection& protection);

}  // namespace tlm::state
