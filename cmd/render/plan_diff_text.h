#pragma once

#include <string>

#include "cmd/render/plan_text.h"
#include "engine/plan/plan_diff.h"

namespace tlm::cmd {

// A plan with the name that messages give it.
struct NamedPlan {
    std::string name;
    const Plan* plan = nullptr;
};

// What changed between two plans, for people: first the verdict's details, by address, then the verdict.
[[nodiscard]] std::string plan_diff_text(const PlanComparison& comparison, const NamedPlan& old,
                                         const NamedPlan& now, const Layout& layout);
// The same for programs: tlm-plan-diff/1.
[[nodiscard]] std::string plan_diff_json(const PlanComparison& comparison, const NamedPlan& old,
                                         const NamedPlan& now);

}  // namespace tlm::cmd
