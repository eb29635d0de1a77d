#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "cmd/exit_code.h"
#include "cmd/inputs.h"
#include "cmd/options.h"
#include "cmd/render/events.h"
#include "cmd/render/plan_text.h"
#include "cmd/settings.h"
#include "engine/base/result.h"
#include "engine/plan/plan.h"
#include "engine/ports/provider.h"
#include "engine/ports/state.h"

namespace tlm::cmd {

// What every verb is given.
struct Context {
    Options options;
    Settings settings;
    Layout out;                 // of standard output, where results go
    Style err;                  // of standard error, where progress and messages go
    std::size_t err_width = 0;  // its columns where it is a terminal, else 0
    bool redraws = false;       // standard error is a terminal on which lines can be written over
    Events* events = nullptr;   // never null in a verb
    std::shared_ptr<Inputs> inputs = std::make_shared<Inputs>();  // the files that the command line names
};

// A message for people on standard error, unless --quiet.
void say(const Context& context, const std::string& text);

// What the state binds on the target. A name that people can't read in full is refused, unless it is in use
// already.
struct UsedNames {
    std::set<Address> addresses;
    std::set<std::string> workflows;
};
// Errors: state.
[[nodiscard]] Result<UsedNames> read_used_names(const Context& context);

// From now on only the files and directories that the command line names can be read, or where it names none
// the directory of workflows; see confine(). Gives the used names, since the state is out of reach then; none
// where it can't be read.
[[nodiscard]] UsedNames confine_to_inputs(const Context& context);

// Reads and checks the workflows that the command line names. Faults are shown on standard error, all of
// them; the error then only counts them. `used` is read from the state where it is null and needed.
[[nodiscard]] Result<std::vector<Workflow>> load_workflows(const Context& context,
                                                           const UsedNames* used = nullptr);

// What --force, --prune, --target and --exclude say.
[[nodiscard]] PlanOptions plan_options(const Options& options);

}  // namespace tlm::cmd
