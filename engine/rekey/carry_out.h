#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/ports/clock.h"
#include "engine/ports/provider.h"
#include "engine/ports/state.h"
#include "engine/rekey/rekeying.h"

namespace tlm {

struct RekeyPorts {
    FleetWriter& writer;
    Journal& journal;
    Clock& clock;
};

struct RekeySettings {
    std::string run;                                              // the journal's run
    std::size_t parallelism = 16;                                 // calls in flight at most
    std::function<bool()> stop_requested = [] { return false; };  // asked between calls
};

struct RekeyReport {
    struct Failure {
        const Rekeying* item = nullptr;
        std::string reason;
    };
    std::vector<const Rekeying*> done;  // renamed, in the order in which they were
    std::size_t state_only = 0;         // those that needed no call
    std::vector<Failure> failed;
    std::size_t not_started = 0;      // the run ended first
    bool interrupted = false;         // the user asked to stop
    std::optional<Error> stopped_by;  // what ended it early: denied, unreachable, state
};

// Renames on the target, each call journalled durably before it is sent and the state's change recorded with
// its outcome, so that whatever cuts it short, an address is bound to what is meant by it. Repeating a rename
// does no harm, so what is uncertain is sent again. The report refers into `items`.
[[nodiscard]] RekeyReport carry_out(const std::vector<Rekeying>& items, RekeyPorts ports,
                                    const RekeySettings& settings);

}  // namespace tlm
