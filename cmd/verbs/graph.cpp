#include "cmd/render/graph.h"
#include "cmd/graph_picture.h"
#include "cmd/plan_input.h"
#include "cmd/stdio.h"
#include "cmd/verbs/verbs.h"

namespace tlm::cmd {
namespace {

Result<Graph> read_graph(const Context& context, const UsedNames& used) {
    BOOST_OUTCOME_TRY(plan, plan_input(context));
    if (plan) return graph_of(*plan);
    BOOST_OUTCOME_TRY(workflows, load_workflows(context, &used));
    return graph_of(take_desired_resources(workflows, context.settings.host_id));
}

}  // namespace

Result<ExitCode> run_graph(const Context& context) {
    Dot dot;
    if (context.options.format == Format::svg) dot.start();
    const UsedNames used = confine_to_inputs(context);
    BOOST_OUTCOME_TRY(graph, read_graph(context, used));
    if (context.options.format == Format::svg) {
        BOOST_OUTCOME_TRY(picture, graph_picture(graph, SvgUse::file, dot));
        BOOST_OUTCOME_TRYV(write_out(picture.svg));
    } else {
        BOOST_OUTCOME_TRYV(
            write_out(context.options.format == Format::dot ? graph_dot(graph) : graph_text(graph)));
    }
    return ExitCode::done;
}

}  // namespace tlm::cmd
