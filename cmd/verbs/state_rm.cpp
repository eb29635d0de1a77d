#include <fmt/format.h>

#include "cmd/confirmation.h"
#include "cmd/render/rekey_text.h"
#include "cmd/stdio.h"
#include "cmd/verbs/verbs.h"
#include "engine/rekey/forget.h"
#include "state/state_file.h"
#include "state/state_lock.h"

namespace tlm::cmd {

// The target is not asked: a state must be put right also where the target is gone.
Result<ExitCode> run_state_rm(const Context& context) {
    const Settings& settings = context.settings;
    BOOST_OUTCOME_TRY(lock,
                      StateLock::acquire(settings.state_path, "state rm", context.options.lock_timeout));
    const StateLock held = std::move(lock);
    BOOST_OUTCOME_TRY(state, StateFile::open(settings.state_path, settings.target, StateMode::write));
    BOOST_OUTCOME_TRY(bindings, state->bindings());
    BOOST_OUTCOME_TRY(forgotten, plan_forget(context.options.positional, bindings));
    BOOST_OUTCOME_TRYV(write_out(forget_text(forgotten, context.out)));
    BOOST_OUTCOME_TRY(yes, agreed(context.options, "Forget this?",
                                  "Nothing was changed. Give --yes to forget without asking."));
    if (!yes) {
        say(context, "Declined: nothing was changed.\n");
        return ExitCode::interrupted;
    }
    JournalBatch batch;
    for (const Binding& binding : forgotten) {
        batch.unbind.push_back(binding.address);
        if (binding.address.kind == Kind::task) batch.forget_ends.push_back(binding.address);
    }
    BOOST_OUTCOME_TRYV(state->begin_run("state rm", {}));
    BOOST_OUTCOME_TRYV(state->commit(batch));
    BOOST_OUTCOME_TRYV(state->end_run("done", {}));
    BOOST_OUTCOME_TRYV(write_out(fmt::format("{} {} {}.\n", context.out.style.bold("Forgotten:"),
                                             forgotten.size(), forgotten.size() == 1 ? "entry" : "entries")));
    return ExitCode::done;
}

}  // namespace tlm::cmd
