#pragma once

#include "engine/base/error.h"

namespace tlm::cmd {

// What the process tells its caller. `tlm help` lists them.
enum class ExitCode {
    done = 0,         // for plan: also when there are changes, unless --detailed-exitcode
    internal = 1,     // internal or unclassified failure
    changes = 2,      // plan --detailed-exitcode: there are changes; drift: there is any
    bad_input = 3,    // options, workflow, plan file
    locked = 4,       // the state is locked by someone else
    conflict = 5,     // the plan does not fit the live fleet any more
    partial = 6,      // some changes failed
    limit = 7,        // a safety limit stopped it
    interrupted = 8,  // declined at the prompt, or interrupted
    unreachable = 9,  // the target can't be reached, or refused the credentials
};

// The one place where errors become exit codes.
[[nodiscard]] ExitCode exit_code(ErrorCode code);

}  // namespace tlm::cmd
