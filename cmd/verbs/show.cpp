#include "cmd/plan_input.h"
#include "cmd/stdio.h"
#include "cmd/verbs/verbs.h"
#include "engine/plan/plan_file.h"

namespace tlm::cmd {

Result<ExitCode> run_show(const Context& context) {
    BOOST_OUTCOME_TRY(plan, read_plan_file(context.options.positional.front()));
    BOOST_OUTCOME_TRYV(write_out(context.options.format == Format::json ? plan_to_text(plan)
                                                                        : plan_text(plan, context.out)));
    return ExitCode::done;
}

}  // namespace tlm::cmd
