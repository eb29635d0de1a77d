#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

struct sqlite3;

namespace tlm::storage {

// What an SQLite file says of itself.
struct Schema {
    std::int64_t version = 0;  // PRAGMA user_version
    // By type and name ("table `bindings`"), the SQL that made it. Blanks that mean nothing are left out:
    // SQLite's releases may differ in them where they rewrite SQL.
    std::map<std::string, std::string> objects;
};

// Reads it at one moment of the file. Gives SQLite's code.
[[nodiscard]] int read_schema(sqlite3* handle, Schema& schema);

// Each object that one has and the other has not, or has otherwise, in words: "it has no table `bindings`".
// At most ten; none where they are the same.
[[nodiscard]] std::vector<std::string> schema_faults(const Schema& found, const Schema& ours);

}  // namespace tlm::storage
