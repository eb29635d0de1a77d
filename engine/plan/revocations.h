#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"

namespace tlm {

// The entries of a file of revocations: key fingerprints and plan digests, one a line. Blank lines, and what
// follows a `#` on a line, are passed over. Errors: bad_input with `name` and the line where there is
// anything else, since an entry that can't be read would revoke nothing.
[[nodiscard]] Result<std::vector<std::string>> read_revocations(std::string_view text,
                                                                const std::string& name);

}  // namespace tlm
