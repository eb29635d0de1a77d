#include "engine/plan/state_view.h"

#include <string_view>
#include <unordered_map>

#include "engine/resource/key.h"

namespace tlm {
namespace {

// Agents and teams that are not the only carriers of their key.
std::vector<const LiveResource*> sharers(const Snapshot& snapshot) {
    std::unordered_map<std::string_view, const LiveResource*> first;
    std::vector<const LiveResource*> all;
    for (const LiveResource& live : snapshot.resources) {
        if (live.kind == Kind::task || !Key::recognise(live.name)) continue;
        const auto [at, only] = first.emplace(live.name, &live);
        if (only) continue;
        if (at->second != nullptr) all.push_back(at->second);
        at->second = nullptr;
        all.push_back(&live);
    }
    return all;
}

}  // namespace

Result<StateView> view_state(const StateReader& state, const Snapshot& snapshot) {
    StateView view;
    BOOST_OUTCOME_TRY(bindings, state.bindings());
    BOOST_OUTCOME_TRY(left_behind, state.left_behind());
    BOOST_OUTCOME_TRY(protections, state.protections());
    BOOST_OUTCOME_TRY(ended, state.ended_tasks());
    BOOST_OUTCOME_TRY(torn_down, state.torn_down());
    BOOST_OUTCOME_TRY(forced, state.made_by_unfinished_force());
    BOOST_OUTCOME_TRY(made, state.made_here(sharers(snapshot)));
    view.bindings = std::move(bindings);
    view.left_behind = std::move(left_behind);
    view.protections = std::move(protections);
    view.ended = std::move(ended);
    view.torn_down = std::move(torn_down);
    view.made_by_unfinished_force = std::move(forced);
    view.made_here = std::move(made);
    return view;
}

}  // namespace tlm
