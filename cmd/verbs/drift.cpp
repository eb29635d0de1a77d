#include "engine/drift/drift.h"

#include <fmt/format.h>

#include "cmd/fleet_input.h"
#include "cmd/render/drift_html.h"
#include "cmd/render/drift_markdown.h"
#include "cmd/render/drift_text.h"
#include "cmd/stdio.h"
#include "cmd/target.h"
#include "cmd/verbs/verbs.h"
#include "state/state_file.h"

namespace tlm::cmd {
namespace {

std::string shown(const Context& context, const std::vector<Finding>& findings) {
    if (context.options.format == Format::json) return drift_json(findings, context.settings.target);
    if (context.options.format == Format::markdown) return drift_markdown(findings, context.settings.target);
    if (context.options.format == Format::html) return drift_html(findings, context.settings.target);
    return drift_text(findings, context.out);
}

}  // namespace

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
    BOOST_OUTCOME_TRY(fleet, FleetInput::read(context, target.reader(), *state));
    const auto findings = find_drift({std::move(workflows), fleet.snapshot(), fleet.view(), settings.target,
                                      settings.host_id, PlanOptions{}},
                                     ignored);
    context.events->found(findings, settings.target);
    BOOST_OUTCOME_TRYV(write_out(shown(context, findings)));
    return findings.empty() ? ExitCode::done : ExitCode::changes;
}

}  // namespace tlm::cmd
