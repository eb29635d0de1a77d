#include <fmt/format.h>

#include "cmd/stdio.h"
#include "cmd/target.h"
#include "cmd/verbs/verbs.h"
#include "engine/plan/plan_file.h"
#include "state/state_file.h"

namespace tlm::cmd {
namespace {

Result<void> show(const Context& context, const Planned& planned) {
    if (context.options.format == Format::json) return write_out(plan_to_text(planned.plan));
    return write_out(plan_text(planned.plan, context.out) + advice_text(planned, context.out));
}

}  // namespace

Result<ExitCode> run_plan(const Context& context) {
    BOOST_OUTCOME_TRY(workflows, load_workflows(context));
    const Settings& settings = context.settings;
    BOOST_OUTCOME_TRY(state, StateFile::open(settings.state_path, settings.target, StateMode::read));
    BOOST_OUTCOME_TRY(target, Target::open(context));
    BOOST_OUTCOME_TRY(snapshot, read_snapshot(context, target.reader(), *state, *state));
    BOOST_OUTCOME_TRY(bindings, state->bindings());
    BOOST_OUTCOME_TRY(left_behind, state->left_behind());
    BOOST_OUTCOME_TRY(made, state->made_by_unfinished_force());
    BOOST_OUTCOME_TRY(planned, make_plan({workflows, snapshot, bindings, left_behind, settings.target,
                                          settings.host_id, plan_options(context.options), std::move(made)}));
    if (!context.options.out.empty()) {
        BOOST_OUTCOME_TRYV(write_file_atomically(context.options.out, plan_to_text(planned.plan)));
    }
    if (context.options.out != "-") {
        BOOST_OUTCOME_TRYV(show(context, planned));
    }
    if (!context.options.out.empty() && context.options.out != "-") {
        say(context, fmt::format("Written to {}. Apply exactly this with: tlm apply {}\n",
                                 context.options.out, context.options.out));
    }
    const bool changes = has_changes(planned.plan);
    return changes && context.options.detailed_exitcode ? ExitCode::changes : ExitCode::done;
}

}  // namespace tlm::cmd
