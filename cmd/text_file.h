#pragma once

#include <cstddef>
#include <string>

#include "engine/base/result.h"

namespace tlm::cmd {

// All of a file, which is a `what` ("plan", "public key"). Errors: bad_input, naming the path, where it can't
// be opened or read, is a directory, or is larger than `most` bytes.
[[nodiscard]] Result<std::string> read_text_file(const std::string& path, const std::string& what,
                                                 std::size_t most);

}  // namespace tlm::cmd
