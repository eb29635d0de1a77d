#pragma once

#include "engine/apply/ties.h"

namespace tlm {

// The last read of an apply: settles ties with simultaneous applies, adds to the report what does not match
// the plan, and caches the fleet. Errors: the reader's, and state.
[[nodiscard]] Result<void> verify(ApplyReport& report, ApplyPorts& ports, const ApplySettings& settings);

}  // namespace tlm
