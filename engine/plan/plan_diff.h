#pragma once

#include <string>
#include <vector>

#include "engine/plan/plan.h"

namespace tlm {

// One thing in which two plans, or two changes at one address, are not the same. Values as JSON; empty where
// there is none.
struct Facet {
    std::string name;  // "action", "id", "model (before)", "model (after)", "precondition", …
    std::string old;
    std::string now;
};

// A change that only one of the plans has, or that they have in different ways. Refers into the plans.
struct PlanDifference {
    const Change* old = nullptr;  // null: only in the new plan
    const Change* now = nullptr;  // null: only in the old plan
    std::vector<Facet> facets;    // where both have it
    [[nodiscard]] const Address& address() const { return old == nullptr ? now->address : old->address; }
};

struct PlanComparison {
    std::vector<Facet> whole;                 // target and options
    std::vector<PlanDifference> differences;  // sorted by address
    std::size_t equal = 0;                    // changes that both plans have alike
    // The same would be done to the same resources under the same preconditions. How many resources are
    // unchanged, and which workflows were read without a change, is no part of it.
    [[nodiscard]] bool same_in_substance() const { return whole.empty() && differences.empty(); }
};

// Pure. The plans must outlive the result.
[[nodiscard]] PlanComparison compare_plans(const Plan& old, const Plan& now);

}  // namespace tlm
