#pragma once

#include "engine/apply/ties.h"

namespace tlm {

// The last read of an apply: settles ties with simultaneous applies, adds to the report what does not match
// the plan, and caches the fleet. `before` is the fleet as it was before the run. Errors: the reader's, and
// state.
[[nodiscard]] Result<void> verify(ApplyReport& report, const Snapshot& before, ApplyPorts& ports,
                                  const ApplySettings& settings);

}  // namespace tlm
