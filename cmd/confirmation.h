#pragma once

#include <string>

#include "cmd/options.h"
#include "engine/base/result.h"

namespace tlm::cmd {

// Whether somebody can be asked, or need not be (--yes). Errors: bad_input with `hint` as the next step.
[[nodiscard]] Result<void> check_can_ask(const Options& options, const std::string& hint);

// Asks on the terminal, unless --yes, once what it is about was shown. Only `yes` is agreement. Errors: those
// of check_can_ask.
[[nodiscard]] Result<bool> agreed(const Options& options, const std::string& question,
                                  const std::string& hint);

}  // namespace tlm::cmd
