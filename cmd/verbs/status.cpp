#include "cmd/render/status_text.h"
#include "cmd/stdio.h"
#include "cmd/target.h"
#include "cmd/verbs/verbs.h"
#include "engine/plan/state_view.h"
#include "state/state_file.h"

namespace tlm::cmd {

Result<ExitCode> run_status(const Context& context) {
    const Settings& settings = context.settings;
    BOOST_OUTCOME_TRY(workflows, load_workflows(context));
    BOOST_OUTCOME_TRY(state, StateFile::open(settings.state_path, settings.target, StateMode::read));
    BOOST_OUTCOME_TRY(target, Target::open(context));
    BOOST_OUTCOME_TRY(snapshot, read_snapshot(context, target.reader(), *state, *state));
    BOOST_OUTCOME_TRY(bindings, state->bindings());
    BOOST_OUTCOME_TRY(left_behind, state->left_behind());
    BOOST_OUTCOME_TRY(ended, state->ended_tasks());
    BOOST_OUTCOME_TRY(torn_down, state->torn_down());
    const FleetIndex fleet(snapshot, bindings, left_behind, ended);
    const auto views = overview(desired_resources(workflows, settings.host_id), fleet, torn_down);
    BOOST_OUTCOME_TRYV(write_out(context.options.format == Format::json
                                     ? status_json(views, settings.target)
                                     : status_text(views, context.out, std::chrono::system_clock::now())));
    return ExitCode::done;
}

}  // namespace tlm::cmd
