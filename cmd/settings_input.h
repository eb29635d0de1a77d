#pragma once

#include <sys/types.h>

#include <cstddef>
#include <optional>
#include <string>

#include "engine/base/result.h"

namespace tlm::cmd {

// Whether a link on the way to a file may lead anywhere, or only below the working directory.
enum class Links { anywhere, below_directory };

// All of a regular file, and what its inode said when it was opened.
struct CheckedFile {
    std::string text;
    uid_t owner = 0;
    mode_t mode = 0;
};

// Reads a regular file of at most `most` bytes, which is a `what` ("settings file"). Never blocks, and reads
// nothing of a FIFO, a device or a larger file. Nothing where there is no such file. Errors: bad_input,
// naming the path; also a link to nothing, or to a place that `links` excludes.
[[nodiscard]] Result<std::optional<CheckedFile>> read_checked_file(const std::string& path,
                                                                   const std::string& what, std::size_t most,
                                                                   Links links);

// Why this file can't be trusted: it belongs to someone else (neither our effective user nor root), or others
// can write to it. Empty where it can be.
[[nodiscard]] std::string unfit_for_trust(const CheckedFile& file);

// Whether `path` is relative, without `..` or `~`, and leads through no link; what exists at its end must be
// a regular file or a directory.
[[nodiscard]] bool is_below_directory(const std::string& path);

}  // namespace tlm::cmd
