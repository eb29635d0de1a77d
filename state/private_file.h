#pragma once

#include <string>

#include "engine/base/result.h"

namespace tlm::state {

// The absolute path with symbolic links resolved as far as it exists, so that one file has one name.
[[nodiscard]] std::string canonical_path(const std::string& path);

// Creates the directory of the file, and those above it, with mode 0700 where they do not exist. Errors:
// state.
[[nodiscard]] Result<void> create_directory_of(const std::string& file);

// Creates the file, empty and with mode 0600 whatever the umask, where it does not exist. Errors: state.
[[nodiscard]] Result<void> create_private_file(const std::string& file);

// Makes a new name of the file durable, where the file system can.
void sync_directory_of(const std::string& file);

}  // namespace tlm::state
