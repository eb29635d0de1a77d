#include "engine/drift/drift.h"

#include <fmt/format.h>

#include "cmd/render/drift_markdown.h"
#include "cmd/render/drift_text.h"
#include "cmd/stdio.h"
#include "cmd/target.h"
#include "cmd/verbs/verbs.h"
#include "state/state_file.h"

namespace tlm::cmd {

Result<ExitCode> run_drift(const Context& context) {
    std::set<DriftKind> ignored;
    for (const std::string& name : context.options.ignore) {
        // The names were checked with the command line.
        if (const auto kind = parse_drift(name)) ignored.insert(*kind);
    }
    BOOST_OUTCOME_TRY(workflows, load_workflows(context));
    const Settings& settings = context.settings;
    BOOST_OUTCOME_TRY(state, StateFile::open(settings.state_path, settings.target, StateMode::read));
    BOOST_OUTCOME_TRY(target, Target::open(context));
    BOOST_OUTCOME_TRY(snapshot, read_snapshot(context, target.reader(), *state, *state));
    BOOST_OUTCOME_TRY(view, view_state(*state, snapshot));
    const auto findings =
        find_drift({workflows, snapshot, view, settings.target, settings.host_id, PlanOptions{}}, ignored);
    context.events->found(findings, settings.target);
    const Format format = context.options.format;
    BOOST_OUTCOME_TRYV(write_out(format == Format::json       ? drift_json(findings, settings.target)
                                 : format == Format::markdown ? drift_markdown(findings, settings.target)
                                                              : drift_text(findings, context.out)));
    return findings.empty() ? ExitCode::done : ExitCode::changes;
}

}  // namespace tlm::cmd
