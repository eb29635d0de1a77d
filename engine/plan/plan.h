#pragma once

#include <set>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/diff/change.h"
#include "engine/diff/diff.h"
#include "engine/diff/strays.h"
#include "engine/plan/rename_hints.h"
#include "engine/plan/state_view.h"
#include "engine/snapshot/snapshot.h"
#include "engine/workflow/workflow.h"

namespace tlm {

// What the user asked for beyond the workflows. Part of what a plan means.
struct PlanOptions {
    bool force = false;
    bool prune = false;
    bool destroy = false;
    std::vector<std::string> targets;   // globs over addresses; empty: everything
    std::vector<std::string> excludes;  // globs over addresses
    std::vector<std::string> replaces;  // globs over addresses: made anew although they are as desired
    friend bool operator==(const PlanOptions&, const PlanOptions&) = default;
};

struct PlanSummary {
    std::size_t create = 0;
    std::size_t update = 0;
    std::size_t replace = 0;
    std::size_t remove = 0;  // "delete" in the file
    std::size_t adopt = 0;
    std::size_t waiting = 0;    // tasks that wait for others
    std::size_t unchanged = 0;  // desired resources that are as they should be
    friend bool operator==(const PlanSummary&, const PlanSummary&) = default;
};

// When the agents and teams of a workflow are taken down, by an apply that waits for its tasks:
// `Teardown::never` is not among these.
struct TeardownRule {
    std::string workflow;
    Teardown when = Teardown::on_completion;
    friend bool operator==(const TeardownRule&, const TeardownRule&) = default;
};

// Everything that apply needs, and nothing that depends on when, where or by whom it was made.
struct Plan {
    std::string target;
    PlanOptions options;
    std::vector<std::string> workflows;  // names, sorted
    std::size_t unchanged = 0;
    std::vector<Protection> protect;     // that apply is to remember, and the state does not yet; sorted
    std::vector<TeardownRule> teardown;  // sorted by workflow
    std::vector<Change> changes;         // sorted by address; at one address deletes come last, sorted by id
    friend bool operator==(const Plan&, const Plan&) = default;
};

[[nodiscard]] PlanSummary summarise(const Plan& plan);
// Whether applying the plan would do something: adoptions and new protections count, tasks that only wait do
// not.
[[nodiscard]] bool has_changes(const Plan& plan);

// The workflows are used up: their agents and teams become what is wanted.
struct PlanInputs {
    std::vector<Workflow> workflows;
    const Snapshot& snapshot;
    const StateView& state;
    std::string target;
    std::string host_id;  // machine for docker agents, may be empty
    PlanOptions options;
};

// A protected resource that a plan would delete or replace.
struct ProtectedLoss {
    Address address;
    Action action = Action::remove;
    Protection by;
    bool remembered = false;               // by the state; else by the workflow alone
    std::optional<Address> known_as = {};  // the live resource's own address, where it is another one
};

// A plan and what people should know beside it.
struct Planned {
    Plan plan;
    std::vector<Notice> notices;
    std::vector<Stray> strays;          // refer into the snapshot
    std::vector<ProtectedLoss> losses;  // protected resources that it would take down: it must not be applied
    std::vector<std::string> excluded;  // addresses of changes that --target or --exclude left out
    std::vector<TornDown> set_aside;    // of the workflows: torn down, with nothing new to be done in them
    std::vector<RenameHint> renames;    // what was perhaps only given another name
    std::size_t stuck = 0;              // waiting tasks whose turn can't come: what they wait for failed
    std::size_t kept_of_force = 0;      // resources that an interrupted --force made and this one keeps
};

// Pure: the same inputs give the same plan. Errors: bad_input where a pattern of the options selects
// nothing.
[[nodiscard]] Result<Planned> make_plan(PlanInputs inputs);

}  // namespace tlm
