#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "state/storage/private_file.h"

namespace tlm {

// What a check of a whole state found, whichever targets it holds.
struct StateCheck {
    std::vector<std::string> faults;  // empty: it is sound; at most 100
    std::int64_t bindings = 0;
    std::int64_t calls = 0;  // journal entries
    std::int64_t open = 0;   // of those, the ones without an outcome: settled by the next apply
    std::string lineage;
    std::int64_t serial = 0;
};

// Reads everything: SQLite's own integrity check, the references between tables, and whether every address
// and every attribute means something. Changes nothing. Errors: not_found where there is no state; state,
// where the file can't even be read.
[[nodiscard]] Result<StateCheck> check_state(const OwnFile& path);

// Copies the state with SQLite's online backup, so that a running apply may go on writing. The copy is 0600,
// and appears whole or not at all. Errors: not_found where there is no state; bad_input where the copy exists
// already; state.
[[nodiscard]] Result<void> back_up_state(const OwnFile& path, const std::string& copy);

}  // namespace tlm
