#pragma once

struct sqlite3;

namespace tlm::storage {

// Settings for a connection to a file that somebody else may have written: what its schema says runs nothing
// but SQLite's harmless functions, no statement can damage the file, and each page is checked when it is
// read. Gives SQLite's code. Call before the first statement.
[[nodiscard]] int harden(sqlite3* handle);

}  // namespace tlm::storage
