#include "cmd/confinement.h"
#include "cmd/plan_input.h"
#include "cmd/plan_page.h"
#include "cmd/render/plan_markdown.h"
#include "cmd/stdio.h"
#include "cmd/verbs/verbs.h"
#include "engine/plan/plan_file.h"

namespace tlm::cmd {
namespace {

std::string shown(const Plan& plan, const Context& context, Dot& dot) {
    const Options& options = context.options;
    if (options.format == Format::json) return plan_to_text(plan);
    if (options.format == Format::markdown) return plan_markdown(plan, options.positional.front());
    if (options.format == Format::html) return plan_page(plan, options.positional.front(), dot, {});
    return options.concise ? concise_text(plan, context.out) : plan_text(plan, context.out);
}

}  // namespace

Result<ExitCode> run_show(const Context& context) {
    const std::string& path = context.options.positional.front();
    Dot dot;
    if (context.options.format == Format::html) dot.start();
    confine({path});
    BOOST_OUTCOME_TRY(plan, read_plan_file(context, path));
    BOOST_OUTCOME_TRYV(write_out(shown(plan, context, dot)));
    return ExitCode::done;
}

}  // namespace tlm::cmd
