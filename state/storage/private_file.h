#pragma once

#include <string>
#include <utility>

#include "engine/base/result.h"

namespace tlm {

// A file that tlm keeps for itself, as it was named.
struct OwnFile {
    // Implicit: a path that nobody vouches for is the ordinary and the safe case.
    OwnFile(std::string where, bool chosen = false) : path(std::move(where)), named(chosen) {}  // NOLINT
    OwnFile(const char* where) : path(where) {}                                                 // NOLINT

    std::string path;
    // Whether an option, the environment or another trusted setting names it. Then an empty file there is
    // filled wherever it lies; otherwise only below the working directory and not through links.
    bool named = false;
};

namespace storage {

// Whether a file belongs to the effective user or to root.
[[nodiscard]] bool owned_by_us(unsigned owner);

// The absolute path with the links of its directories resolved, so that one file has one name. Its last
// component is kept as it is: a link there is refused by inspect(). Errors: state, where a directory `.tlm`
// is a link, because a checkout could hold one.
[[nodiscard]] Result<std::string> locate(const std::string& path);

enum class Presence { missing, empty, filled };

// Whether the file that locate() found may be used: regular, ours, with one hard link, and no mount point.
// The same is demanded of the files that SQLite keeps beside it, as far as they exist. Opens no database:
// closing it would drop the locks that SQLite holds on the file in this process. Errors: state, where the
// message is only the cause.
[[nodiscard]] Result<Presence> inspect(const std::string& file);

// Whether an existing file without content, `file` as locate() gave it, may be filled. Errors: state, as
// inspect().
[[nodiscard]] Result<void> may_fill(const OwnFile& own, const std::string& file);

// Creates the directory of the file, and those above it, with mode 0700 where they do not exist. A new
// directory
// `.tlm` gets a .gitignore, so that it is not committed by mistake. Errors: state, as inspect().
[[nodiscard]] Result<void> create_directory_of(const std::string& file);

// Creates the file, empty and with mode 0600 whatever the umask. False: it exists. Errors: state, as
// inspect().
[[nodiscard]] Result<bool> create_private_file(const std::string& file);

// A file that exists, and whether it may be filled where SQLite finds nothing in it.
struct Place {
    std::string file;
    bool fillable = false;
};

// Locates and inspects the file, and creates it, with its directory, where it is missing. One without content
// gets mode 0600. Errors: state, as inspect(), also where it may not be filled.
[[nodiscard]] Result<Place> prepare_to_write(const OwnFile& own);

// Makes a new name of the file durable, where the file system can.
void sync_directory_of(const std::string& file);

}  // namespace storage
}  // namespace tlm
