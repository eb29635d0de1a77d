#include "cmd/fleet_input.h"

#include <fmt/format.h>

#include "cmd/keep.h"

namespace tlm::cmd {
namespace {

Result<Snapshot> read_cached(const Context& context) {
    // A connection of its own, since the state is being read meanwhile.
    const Settings& settings = context.settings;
    BOOST_OUTCOME_TRY(state, StateFile::open(settings.state_path, settings.target, StateMode::read));
    BOOST_OUTCOME_TRY(cached, state->cached_snapshot());
    if (!cached) {
        return fail(ErrorCode::bad_input, "there is no cached snapshot of this target", settings.target,
                    {"Run once without --refresh=false."});
    }
    say(context, fmt::format("Using the snapshot of {} that was read at {}\n", settings.target,
                             visible(cached->read_at)));
    return std::move(cached->snapshot);
}

Result<Snapshot> read_live(const Context& context, FleetReader& reader) {
    say(context, fmt::format("Reading the fleet on {}\n", context.settings.target));
    return reader.read_fleet();
}

}  // namespace

Result<FleetInput> FleetInput::read(const Context& context, FleetReader& reader, StateFile& state) {
    auto reading = std::async(std::launch::async, [&state] { return read_state_view(state); });
    auto snapshot = context.options.refresh ? read_live(context, reader) : read_cached(context);
    auto view = reading.get();
    if (!snapshot) return snapshot.error();
    if (!view) return view.error();
    const Snapshot& fleet = keep_to_the_end(std::move(snapshot.value()));
    BOOST_OUTCOME_TRYV(complete_state_view(view.value(), state, fleet));
    FleetInput input(context, fleet, keep_to_the_end(std::move(view.value())));
    if (context.options.refresh) {
        input.caching_ =
            std::async(std::launch::async, [&state, &fleet] { return state.save_snapshot(fleet); });
    }
    return input;
}

FleetInput::~FleetInput() {
    if (!caching_.valid()) return;
    // A state that can't be written must not keep anybody from looking at the fleet.
    if (const auto saved = caching_.get(); !saved)
        say(*context_, fmt::format("note: the snapshot is not cached: {}\n", saved.error().message));
}

}  // namespace tlm::cmd
