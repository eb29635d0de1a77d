#pragma once

#include "engine/apply/executor.h"

namespace tlm {

// The last read of an apply: caches the fleet, adds to the report what does not match the plan, and settles
// surplus that a simultaneous apply elsewhere made. The oldest carrier of a key stays; who made a younger one
// deletes it and binds the oldest. Errors: the reader's, and state.
[[nodiscard]] Result<void> verify(ApplyReport& report, ApplyPorts& ports, const ApplySettings& settings);

}  // namespace tlm
