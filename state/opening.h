#pragma once

#include <memory>
#include <string>

#include "engine/base/result.h"
#include "state/database.h"
#include "state/schema.h"
#include "state/storage/private_file.h"

namespace tlm::state {

// A state as it was found.
struct Found {
    std::string path;                    // resolved
    std::unique_ptr<Database> database;  // null: there is no file, or nothing in it
    Content content = Content::empty;
};

// Opens what exists and creates nothing. Errors: state, also for what is no state, or not safe to use.
[[nodiscard]] Result<Found> open_to_read(const OwnFile& own);

// Opens a state of the current version for writing; it is created or migrated where need be. Errors: as
// above.
[[nodiscard]] Result<std::unique_ptr<Database>> open_or_create(const OwnFile& own);

// The same of a file that was prepared already.
[[nodiscard]] Result<std::unique_ptr<Database>> open_or_create(const storage::Place& place);

// The error of a file that can't be used, as messages about a state give it.
[[nodiscard]] Error unusable(const Error& cause);

}  // namespace tlm::state
