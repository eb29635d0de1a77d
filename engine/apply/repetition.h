#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/plan/plan.h"
#include "engine/ports/state.h"
#include "engine/snapshot/snapshot.h"

namespace tlm {

// A reviewed plan that is on record as done, and would do something again.
struct Repetition {
    FinishedRun run;                // that carried it out
    std::vector<std::string> does;  // what it would do, one item each, in plan order
};

// Whether carrying out the plan would repeat what a finished run of it has done already: some of it was
// undone since, maybe on purpose. Nothing where the plan was not carried out to its end yet, or where
// everything is as planned and nothing would be sent or remembered. Tasks that wait for others do not count:
// each is submitted once. Only reads. Errors: state.
[[nodiscard]] Result<std::optional<Repetition>> find_repetition(const Plan& plan, const std::string& digest,
                                                                const Snapshot& before,
                                                                const StateReader& state);

}  // namespace tlm
