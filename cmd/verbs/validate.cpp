#include <fmt/format.h>

#include "cmd/stdio.h"
#include "cmd/verbs/verbs.h"

namespace tlm::cmd {

Result<ExitCode> run_validate(const Context& context) {
    const UsedNames used = confine_to_inputs(context);
    BOOST_OUTCOME_TRY(workflows, load_workflows(context, &used));
    std::size_t agents = 0;
    std::size_t teams = 0;
    std::size_t tasks = 0;
    for (const Workflow& workflow : workflows) {
        agents += workflow.agents.size();
        teams += workflow.teams.size();
        for (const TeamSpec& team : workflow.teams)
            tasks += team.tasks.size();
    }
    const auto counted = [](std::size_t n, std::string_view what) {
        return fmt::format("{} {}{}", n, what, n == 1 ? "" : "s");
    };
    BOOST_OUTCOME_TRYV(
        write_out(fmt::format("Valid: {}, {}, {}, {}.\n", counted(workflows.size(), "workflow"),
                              counted(agents, "agent"), counted(teams, "team"), counted(tasks, "task"))));
    return ExitCode::done;
}

}  // namespace tlm::cmd
