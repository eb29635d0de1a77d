#pragma once

#include <sys/types.h>

#include <cstddef>
#include <string>

#include "engine/base/result.h"

namespace tlm::cmd {

// How a file came to be read.
enum class Origin {
    named,  // by the user, on the command line or in a trusted setting
    found,  // in a directory, or beside another file: whoever writes there chose it
};

// A file that was read to its end, once.
struct TextFile {
    std::string text;
    // Whether messages may show parts of it: a regular file of the user's or of its directory's owner, or
    // what the user pipes in. Never what a link leads to, unless it is the user's own.
    bool quotable = false;
    // Of a regular file what was opened, not what its name means a moment later.
    bool regular = false;
    mode_t mode = 0;  // permission bits
    uid_t owner = 0;
};

// All of a file, which is a `what` ("plan", "public key"). A found file is regular and does not lead out of
// its directory. A named one is regular, `-` or another name of an open descriptor (/dev/stdin, /dev/fd/N),
// or a FIFO, for whose writer 30 s are waited. Devices are refused unread. Errors: bad_input, naming the
// path, also where it can't be opened or read, or is larger than `most` bytes.
[[nodiscard]] Result<TextFile> read_input_file(const std::string& path, const std::string& what,
                                               std::size_t most, Origin origin);

// The same where only its text matters.
[[nodiscard]] Result<std::string> read_text_file(const std::string& path, const std::string& what,
                                                 std::size_t most, Origin origin = Origin::named);

// The larger bound of workflows and plans: a gigabyte is a mistake. A plan of a million changes has half of
// this.
inline constexpr std::size_t kMostInputBytes = std::size_t{1} << 30U;

}  // namespace tlm::cmd
