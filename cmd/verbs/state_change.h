#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cmd/target.h"
#include "cmd/verbs/verbs.h"
#include "engine/rekey/carry_out.h"
#include "state/state_file.h"
#include "state/state_lock.h"

namespace tlm::cmd {

// What a verb works with that changes the state and maybe the target.
struct StateChange {
    StateLock lock;
    std::unique_ptr<StateFile> state;
    Target target;
    Snapshot snapshot;
    std::string doing;  // "state mv", for the lock and the journal
};

// Takes the lock, reads the fleet and settles what an earlier run left open.
[[nodiscard]] Result<StateChange> begin_change(const Context& context, std::string doing);

// The error for a fleet that is not what the question was about, after it was answered.
[[nodiscard]] Error changed_meanwhile();

// Carries out what was agreed to, and tells. `verb`: "Moved" or "Imported".
[[nodiscard]] Result<ExitCode> rename_and_tell(const Context& context, StateChange& change,
                                               const std::vector<Rekeying>& items, const std::string& verb);

}  // namespace tlm::cmd
