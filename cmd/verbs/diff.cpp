#include "cmd/confinement.h"
#include "cmd/plan_input.h"
#include "cmd/render/plan_diff_text.h"
#include "cmd/stdio.h"
#include "cmd/verbs/verbs.h"

namespace tlm::cmd {

Result<ExitCode> run_diff(const Context& context) {
    const std::string& old_path = context.options.positional[0];
    const std::string& now_path = context.options.positional[1];
    confine({old_path, now_path});
    BOOST_OUTCOME_TRY(old, read_plan_file(context, old_path));
    BOOST_OUTCOME_TRY(now, read_plan_file(context, now_path));
    const PlanComparison comparison = compare_plans(old, now);
    const NamedPlan left{old_path, &old};
    const NamedPlan right{now_path, &now};
    BOOST_OUTCOME_TRYV(write_out(context.options.format == Format::json
                                     ? plan_diff_json(comparison, left, right)
                                     : plan_diff_text(comparison, left, right, context.out)));
    return comparison.same_in_substance() ? ExitCode::done : ExitCode::changes;
}

}  // namespace tlm::cmd
