#pragma once

#include "cmd/context.h"

namespace tlm::cmd {

// `tlm state protections`: what the state remembers of `tlm.protect`.
[[nodiscard]] Result<ExitCode> list_protections(const Context& context);

// `tlm state unprotect PATTERN...`: the explicit step without which protection stays.
[[nodiscard]] Result<ExitCode> lift_protections(const Context& context);

}  // namespace tlm::cmd
