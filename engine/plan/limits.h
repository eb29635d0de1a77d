#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/plan/plan.h"
#include "engine/ports/state.h"
#include "engine/snapshot/snapshot.h"

namespace tlm {

// How much a plan may delete or replace. Without a number of its own, of each workflow's agents and teams
// that exist: not more than 30 % where there are at least ten, and not all agents or all teams.
struct DeleteLimit {
    std::optional<std::size_t> count;  // at most so many in the whole plan, whatever their share
    std::optional<double> percent;     // at most this share of each workflow's
    // The digest of the only plan that `count` counts for, empty: any plan. An allowance that was reviewed
    // for one plan does not allow another one anything.
    std::string digest = {};
};

// The limit that holds for the plan with this digest: the default where the allowance is for another plan.
[[nodiscard]] DeleteLimit limit_for_plan(const DeleteLimit& limit, std::string_view digest);

// What a plan takes down of one workflow, or of one kind of it, that the limit does not allow.
struct LimitBreach {
    std::string workflow;
    std::optional<Kind> kind;  // all of this kind; nothing: the share of agents and teams together
    std::size_t taken_down = 0;
    std::size_t existing = 0;
};

struct LimitCheck {
    std::vector<LimitBreach> breaches;  // sorted by workflow; empty: the plan may go on
    std::size_t taken_down = 0;         // deletes and replacements of the whole plan
};

// Counts the live resources that a plan deletes or replaces. Surplus carriers of a key are left out, since
// another one stays, and so is all of `destroy`, which is about nothing else, and what a workflow that is at
// its end says itself. A single resource that is
// replaced by its successor is no loss of "all" of its kind. The limit's digest was looked at before, see
// limit_for_plan. Pure.
[[nodiscard]] LimitCheck check_limit(const Plan& plan, const Snapshot& snapshot,
                                     const std::vector<Binding>& bindings, const DeleteLimit& limit);

}  // namespace tlm
