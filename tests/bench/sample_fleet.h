#pragma once

#include <array>
#include <string>
#include <vector>

#include "engine/plan/plan.h"
#include "engine/plan/state_view.h"
#include "engine/resource/desired.h"
#include "engine/workflow/reader.h"
#include "tests/bench/sample.h"

namespace tlm::bench {

// A fleet of the usual mix that stands as its workflows want it, in each of the forms that it has on its way
// through the program.
struct SampleFleet {
    std::vector<Source> yaml, json;  // the files
    std::vector<Workflow> workflows;
    std::vector<DesiredResource> desired;
    std::array<std::vector<std::string>, 3> pages;  // what the server answers, by Kind; 1,000 items in each
    Snapshot snapshot;
    StateView state;  // everything is bound
    Plan create;      // on an empty target
};

// The one of so many agents, made when it is first asked for.
[[nodiscard]] const SampleFleet& sample_fleet(std::size_t agents);

// What make_plan is given where the fleet, or an empty target, stands against the workflows.
[[nodiscard]] PlanInputs inputs_of(const SampleFleet& fleet, const Snapshot& snapshot,
                                   const StateView& state);

}  // namespace tlm::bench
