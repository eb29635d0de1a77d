#pragma once

#include <string>
#include <vector>

#include "engine/ports/state.h"

namespace tlm {

// The bindings that `tlm state rm` forgets, sorted: of the addresses themselves, or where one is a glob and
// bound nowhere, of all that it selects. Errors: bad_input for what is no address; not_found where nothing is
// bound, with the nearest that is.
[[nodiscard]] Result<std::vector<Binding>> plan_forget(const std::vector<std::string>& addresses,
                                                       const std::vector<Binding>& bindings);

}  // namespace tlm
