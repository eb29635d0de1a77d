#include "cmd/plan_input.h"

#include "cmd/inputs.h"
#include "engine/plan/plan_file.h"

namespace tlm::cmd {

Result<Plan> read_plan_file(const Context& context, const std::string& path) {
    BOOST_OUTCOME_TRY(file, context.inputs->take(path, "plan file"));
    auto plan = plan_from_text(file.text, path);
    // The error may quote what is there.
    if (!plan && !file.quotable)
        return fail(plan.error().code,
                    "this is no plan file; it is not yours, so that nothing of it is shown", path);
    return plan;
}

Result<std::optional<Plan>> plan_input(const Context& context) {
    const std::vector<std::string>& paths = context.options.positional;
    bool any = false;
    for (const std::string& path : paths)
        any = any || context.inputs->holds_plan(path);
    if (!any) return std::optional<Plan>();
    if (paths.size() > 1) {
        return fail(ErrorCode::bad_input, "a plan file is applied by itself, not beside other files",
                    paths.front());
    }
    BOOST_OUTCOME_TRY(plan, read_plan_file(context, paths.front()));
    return std::optional<Plan>(std::move(plan));
}

}  // namespace tlm::cmd
