#include "engine/plan/state_view.h"

#include <tsl/robin_map.h>

#include <string_view>

#include "engine/resource/key.h"

namespace tlm {
namespace {

// Agents and teams that are not the only carriers of their key.
std::vector<const LiveResource*> sharers(const Snapshot& snapshot) {
    // The first carrier of each key; null once it is among `all`.
    tsl::robin_map<std::string_view, const LiveResource*> first;
    std::vector<const LiveResource*> all;
    for (const LiveResource& live : snapshot.resources) {
        if (live.kind == Kind::task || !Key::is_key(live.name)) continue;
        const auto [at, only] = first.emplace(live.name, &live);
        if (only) continue;
        if (at->second != nullptr) all.push_back(at->second);
        at.value() = nullptr;
        all.push_back(&live);
    }
    return all;
}

}  // namespace

Result<StateView> read_state_view(const StateReader& state) {
    StateView view;
    BOOST_OUTCOME_TRY(bindings, state.bindings());
    BOOST_OUTCOME_TRY(left_behind, state.left_behind());
    BOOST_OUTCOME_TRY(protections, state.protections());
    BOOST_OUTCOME_TRY(ended, state.ended_tasks());
    BOOST_OUTCOME_TRY(torn_down, state.torn_down());
    BOOST_OUTCOME_TRY(forced, state.made_by_unfinished_force());
    view.bindings = std::move(bindings);
    view.left_behind = std::move(left_behind);
    view.protections = std::move(protections);
    view.ended = std::move(ended);
    view.torn_down = std::move(torn_down);
    view.made_by_unfinished_force = std::move(forced);
    return view;
}

Result<void> complete_state_view(StateView& view, const StateReader& state, const Snapshot& snapshot) {
    BOOST_OUTCOME_TRY(made, state.made_here(sharers(snapshot)));
    view.made_here = std::move(made);
    return success();
}

Result<StateView> view_state(const StateReader& state, const Snapshot& snapshot) {
    BOOST_OUTCOME_TRY(view, read_state_view(state));
    BOOST_OUTCOME_TRYV(complete_state_view(view, state, snapshot));
    return std::move(view);
}

}  // namespace tlm
