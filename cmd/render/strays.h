#pragma once

#include <string>
#include <vector>

#include "engine/plan/plan.h"

namespace tlm::cmd {

// Strays that are one thing to people, and what they can do about them.
struct StrayGroup {
    std::string title;
    std::string advice;
    std::vector<const Stray*> strays;  // refer into `planned`
};

// Those that the plan does not delete, without what was made by hand.
[[nodiscard]] std::vector<StrayGroup> stray_groups(const Planned& planned);

// The address where it is proved, else kind and live name.
[[nodiscard]] std::string stray_name(const Stray& stray);

}  // namespace tlm::cmd
