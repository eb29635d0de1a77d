#pragma once

#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace tlm::cmd {

// Writes a result to standard output. Errors: internal, where it is closed or its disk is full.
[[nodiscard]] Result<void> write_out(std::string_view text);
// Makes sure that everything written has arrived.
[[nodiscard]] Result<void> flush_out();

// Replaces a file as a whole or not at all: temporary file, sync, rename, sync of the directory. `-` means
// standard output. Errors: internal, naming the path and the cause.
[[nodiscard]] Result<void> write_file_atomically(const std::string& path, std::string_view text);

}  // namespace tlm::cmd
