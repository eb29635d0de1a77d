#include "engine/apply/repetition.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/apply/earlier_applies.h"
#include "engine/apply/executor.h"
#include "engine/apply/settle.h"

namespace tlm {
namespace {

// What the state would be told, whatever becomes of the changes.
Result<void> add_announced(const Plan& plan, const StateReader& state, std::vector<std::string>& does) {
    BOOST_OUTCOME_TRY(protections, state.protections());
    for (const Protection& protection : plan.protect) {
        if (!std::ranges::binary_search(protections, protection))
            does.push_back(fmt::format("protect {}", protection.pattern));
    }
    BOOST_OUTCOME_TRY(torn_down, state.torn_down());
    const JournalBatch batch = announced(plan, torn_down);
    for (const std::string& workflow : batch.revive)
        does.push_back(fmt::format("forget that {} was taken down", workflow));
    for (const TornDown& down : torn_down) {
        if (std::ranges::find(batch.forget, down.workflow) != batch.forget.end())
            does.push_back(fmt::format("forget that {} was taken down", down.workflow));
    }
    return success();
}

}  // namespace

Result<std::optional<Repetition>> find_repetition(const Plan& plan, const std::string& digest,
                                                  const Snapshot& before, const StateReader& state) {
    BOOST_OUTCOME_TRY(progress, state.progress_of(digest));
    if (!progress.finished) return std::optional<Repetition>();
    BOOST_OUTCOME_TRY(bindings, state.bindings());
    BOOST_OUTCOME_TRY(left_behind, state.left_behind());
    BOOST_OUTCOME_TRY(ended, state.ended_tasks());
    const FleetIndex fleet(before, bindings, left_behind, ended);
    const EarlierApplies earlier(plan, progress);
    Repetition repetition{*progress.finished, {}};
    for (const Change& change : plan.changes) {
        if (change.action == Action::none) continue;
        if (settle(change, fleet, earlier.of(change)).fit == Fit::execute)
            repetition.does.push_back(
                fmt::format("{} {}", action_name(change.action), change.address.text()));
    }
    BOOST_OUTCOME_TRYV(add_announced(plan, state, repetition.does));
    if (repetition.does.empty()) return std::optional<Repetition>();
    return std::optional<Repetition>(std::move(repetition));
}

}  // namespace tlm
