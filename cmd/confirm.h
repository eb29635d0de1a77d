#pragma once

#include <string>

#include "cmd/context.h"

namespace tlm::cmd {

// Said before anything is read: without a terminal nobody can be asked, so that only --yes helps. Errors:
// bad_input, with `hint`.
[[nodiscard]] Result<void> can_confirm(const Context& context, const std::string& hint);

// Asks, unless --yes says it. Only `yes` is taken for yes.
[[nodiscard]] bool confirmed(const Context& context, const std::string& question);

}  // namespace tlm::cmd
