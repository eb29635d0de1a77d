#pragma once

#include <future>

#include "cmd/context.h"
#include "engine/plan/state_view.h"
#include "state/state_file.h"

namespace tlm::cmd {

// What plan and drift begin with: the live fleet (or with --refresh=false the cached one) and what the state
// knows of it, which are read side by side. A fleet that was read is cached while the caller goes on.
class FleetInput {
  public:
    // `state` must outlive it, and must not be used before it has ended. Errors: those of the reader and the
    // state.
    [[nodiscard]] static Result<FleetInput> read(const Context& context, FleetReader& reader,
                                                 StateFile& state);
    FleetInput(FleetInput&&) = default;
    FleetInput& operator=(FleetInput&&) = delete;
    // Waits until the fleet is cached.
    ~FleetInput();

    [[nodiscard]] const Snapshot& snapshot() const { return *snapshot_; }
    [[nodiscard]] const StateView& view() const { return *view_; }

  private:
    FleetInput(const Context& context, const Snapshot& snapshot, const StateView& view)
        : context_(&context), snapshot_(&snapshot), view_(&view) {}

    const Context* context_;
    const Snapshot* snapshot_;  // kept to the end, as the view is
    const StateView* view_;
    std::future<Result<void>> caching_;
};

}  // namespace tlm::cmd
