#pragma once

#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "state/database.h"

namespace tlm::state {

// What an opened file is.
enum class Content {
    empty,  // a new file, to be filled by migrate()
    older,  // a state of an earlier version, to be brought up by migrate()
    current,
};

// Refuses what is no state, and a state of a version that this program does not know.
[[nodiscard]] Result<Content> identify(Database& database);

// Refuses a state whose tables, indexes and views are not those that the migrations up to its version make: a
// view or a trigger in a table's place would answer, or act, as whoever wrote the file likes. Errors: state.
[[nodiscard]] Result<void> check_schema(Database& database);

// Of a schema of the current version, so that a state that has it is opened without running the migrations in
// memory (1.5 ms). Any other is compared with what they make. A test says what it has to be.
inline constexpr std::string_view kSchemaFingerprint =
    "416f7c62c6c3da05a270624b85d5549d61c161f5527cbd48b1cfe952deb880f7";
[[nodiscard]] std::string schema_fingerprint(const storage::Schema& schema);

// How this program writes: a write-ahead log, synced at every commit.
[[nodiscard]] Result<void> configure(Database& database);

// Brings the tables to the current version, in one transaction, whatever another process does meanwhile.
[[nodiscard]] Result<void> migrate(Database& database);

}  // namespace tlm::state
