#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/base/error.h"
#include "engine/ports/observer.h"
#include "engine/ports/state.h"

namespace tlm {

// What an apply did, for the summary. Results refer into the plan.
struct ApplyReport {
    std::vector<ChangeResult> results;    // one for each change that is not `none`, in plan order
    std::vector<LeftBehind> left_behind;  // by forced creates of this run
    std::vector<std::string> mismatches;  // what the last read found different from what was applied
    std::vector<std::string> settled;     // ties with simultaneous applies, and what was done about them
    bool interrupted = false;             // the user asked to stop
    std::optional<Error> stopped_by;      // what ended the run early: denied, unreachable, state
    [[nodiscard]] std::size_t count(ResultKind kind) const {
        std::size_t n = 0;
        for (const ChangeResult& result : results)
            n += result.kind == kind ? 1 : 0;
        return n;
    }
};

}  // namespace tlm
