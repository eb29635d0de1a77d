#pragma once

#include <functional>
#include <string>

#include "engine/apply/report.h"
#include "engine/plan/plan.h"
#include "engine/ports/clock.h"
#include "engine/ports/provider.h"
#include "engine/ports/state.h"

namespace tlm {

// Everything that an apply works with. The references outlive the apply.
struct ApplyPorts {
    FleetReader& reader;
    FleetWriter& writer;
    const StateReader& state;
    Journal& journal;
    SnapshotCache& cache;
    Clock& clock;
    Observer& observer;
};

struct ApplySettings {
    std::size_t parallelism = 16;                                 // calls in flight at most
    std::function<bool()> stop_requested = [] { return false; };  // asked between calls
    std::string digest;                                           // of the plan, for the journal
    bool reviewed = false;  // a plan file, which may be applied more than once and is then gone on with
    std::string run;        // the journal's run
};

// What the state is told before the first call, whatever becomes of the rest: new protections, and that what
// is made again in a workflow that was torn down is not set aside by the next plan.
[[nodiscard]] JournalBatch announced(const Plan& plan, const std::vector<TornDown>& torn_down);

// Executes the plan's changes against the fleet that `before` shows: fill the capacity, reap, repeat. Each
// call is journalled durably before it is sent. Errors: state, where nothing could be read before the first
// call; whatever happens later is in the report.
[[nodiscard]] Result<ApplyReport> execute(const Plan& plan, const Snapshot& before, ApplyPorts& ports,
                                          const ApplySettings& settings);

}  // namespace tlm
