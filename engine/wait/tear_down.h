#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/apply/executor.h"
#include "engine/wait/tracked_task.h"

namespace tlm {

// What taking a workflow down came to.
struct TeardownReport {
    TornDown what;
    std::size_t agents = 0;  // deleted, or gone already
    std::size_t teams = 0;
    std::vector<Address> kept;                            // protected
    std::vector<std::pair<Address, std::string>> failed;  // with the reason, in the target's words
    bool interrupted = false;                             // by the user
    std::optional<Error> stopped_by;                      // denied, unreachable, state
};

// Stops and deletes the agents and teams of a workflow whose tasks are at an end. First of all it is recorded
// that this is meant, and how the tasks ended, so that whatever happens then the rest is gone on with, and
// nothing of it is made again. What is gone already is no error. Errors: state, where nothing was recorded.
[[nodiscard]] Result<TeardownReport> tear_down(const TornDown& what, const std::vector<TrackedTask>& tasks,
                                               ApplyPorts& ports, const ApplySettings& settings);

// Remembers how the tasks that are bound ended, as far as the fleet shows it and it is not remembered yet.
[[nodiscard]] Result<void> remember_ends(const Snapshot& fleet, const StateReader& state, Journal& journal);

}  // namespace tlm
