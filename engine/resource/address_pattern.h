#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"

namespace tlm {

// The pattern that matches this address and nothing else: a backslash before each character with a meaning.
[[nodiscard]] std::string exact_pattern(std::string_view address);

// Refuses an option's value that is an existing address and at the same time a pattern which matches others
// (`bots/agent/a?` beside `bots/agent/ab`): whoever copies a printed address means that one. `existing` are
// the addresses that it may select. Errors: bad_input, with the spelling for each meaning.
[[nodiscard]] Result<void> check_unambiguous(const std::string& pattern,
                                             const std::vector<std::string>& existing,
                                             std::string_view option);

}  // namespace tlm
