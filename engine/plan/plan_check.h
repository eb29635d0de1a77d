#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "engine/plan/plan.h"

namespace tlm {

// Two parts of a plan that do not fit each other.
struct Contradiction {
    std::optional<std::size_t> change;  // its position in the plan; nothing: the plan as a whole
    std::string text;                   // the relation with both values, as it stands in the plan
};

// The first relation between the parts of a plan that does not hold: key and address, action and reason,
// action and precondition, attribute and kind, the two sides of an attribute, changes and workflows, order.
// Nothing where all hold, which is so for every plan that make_plan makes. A plan file is an attacker's, and
// its digest says only that it is whole. Pure; the cost grows with the plan.
[[nodiscard]] std::optional<Contradiction> find_contradiction(const Plan& plan);

}  // namespace tlm
