#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/plan/plan.h"

namespace tlm {

enum class DriftKind : std::uint8_t { orphan, duplicate, missing, changed, stopped, unowned };
[[nodiscard]] std::string_view drift_name(DriftKind kind);
[[nodiscard]] std::optional<DriftKind> parse_drift(std::string_view name);

// One way in which the live fleet is not what was applied.
struct Finding {
    DriftKind kind = DriftKind::orphan;
    std::optional<Address> address;  // absent where nobody can be proved to own it
    std::string name;                // live name; for tasks the subject
    ResourceId id;                   // empty for missing ones
    std::vector<AttributeChange>
        attributes;            // changed: `before` is the live value, `after` what was applied or wanted
    bool left_behind = false;  // orphan that a forced apply left on purpose
    bool not_read = false;     // orphan of a workflow that is not among those compared
};

// Compares the fleet with the workflows and with what was applied last, and only reads. What a workflow wants
// anew and was not applied yet is no drift, nor is a task that was not submitted yet. Sorted by address
// (unproved ones last), then kind, then id.
[[nodiscard]] std::vector<Finding> find_drift(PlanInputs inputs, const std::set<DriftKind>& ignored);

}  // namespace tlm
