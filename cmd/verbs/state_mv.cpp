#include <fmt/format.h>

#include "cmd/confirmation.h"
#include "cmd/render/fit.h"
#include "cmd/render/rekey_text.h"
#include "cmd/stdio.h"
#include "cmd/verbs/state_change.h"
#include "cmd/workflow_files.h"
#include "engine/base/text.h"
#include "engine/rekey/move.h"
#include "engine/workflow/reader.h"

namespace tlm::cmd {
namespace {

Result<MovePlan> plan(const Context& context, const StateChange& change) {
    BOOST_OUTCOME_TRY(bindings, change.state->bindings());
    BOOST_OUTCOME_TRY(left_behind, change.state->left_behind());
    const FleetIndex fleet(change.snapshot, bindings, left_behind);
    return plan_move(context.options.positional[0], context.options.positional[1], change.snapshot, fleet,
                     bindings);
}

// For whom the new name is a mistyped one: an import is refused then, but a move may come before the workflow
// is edited, or where there is none at hand.
std::string remark(const Context& context, const MovePlan& plan) {
    const auto sources = read_workflow_files(*context.inputs, {}, context.settings);
    const ReadResult read = sources ? read_workflows(sources.value()) : ReadResult();
    if (sources && read.ok()) return unwanted_text(plan, read.workflows, context.out);
    return fit(fmt::format("{} {}, so that nobody has looked whether one has the new name.\n",
                           context.out.style.yellow("note:"),
                           sources ? "the workflow files here have faults, which `tlm validate` shows"
                                   : "there are no workflow files here"),
               context.out.width);
}

}  // namespace

Result<ExitCode> run_state_mv(const Context& context) {
    BOOST_OUTCOME_TRY(change, begin_change(context, "state mv"));
    BOOST_OUTCOME_TRY(planned, plan(context, change));
    if (planned.moved_before) {
        BOOST_OUTCOME_TRYV(write_out(fmt::format("Moved already: nothing is left at {}, and {} is there.\n",
                                                 visible(context.options.positional[0]),
                                                 visible(context.options.positional[1]))));
        return ExitCode::done;
    }
    BOOST_OUTCOME_TRYV(write_out(move_text(planned, context.out) + remark(context, planned)));
    BOOST_OUTCOME_TRY(yes, agreed(context.options, "Move this?",
                                  "Nothing was changed. Give --yes to move without asking."));
    if (!yes) {
        say(context, "Declined: nothing was changed.\n");
        return ExitCode::interrupted;
    }
    if (!context.options.yes) {
        BOOST_OUTCOME_TRY(now, change.target.reader().read_fleet());
        change.snapshot = std::move(now);
        BOOST_OUTCOME_TRY(again, plan(context, change));
        if (again != planned) return changed_meanwhile();
    }
    // Before anything is renamed, so that it is protected at every moment.
    BOOST_OUTCOME_TRY(protections, change.state->protections());
    BOOST_OUTCOME_TRYV(change.state->commit({.protect = followed_protections(protections, planned.items)}));
    return rename_and_tell(context, change, planned.items, "Moved");
}

}  // namespace tlm::cmd
