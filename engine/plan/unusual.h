#pragma once

#include <string>
#include <vector>

#include "engine/diff/change.h"

namespace tlm {

// What is not the ordinary about a change although a plan may say it, a line each, as it is shown to people:
// a key that is not the address's, a precondition that looks at less than it could, an id that is taken over
// or deleted to make room for another. Empty for most changes. Texts of the plan stand in it as they are, so
// that whoever shows it makes them visible. Pure.
[[nodiscard]] std::vector<std::string> unusual_about(const Change& change);

}  // namespace tlm
