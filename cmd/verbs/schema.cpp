#include <fmt/format.h>

#include "cmd/schemas.h"
#include "cmd/stdio.h"
#include "cmd/verbs/verbs.h"

namespace tlm::cmd {

Result<ExitCode> run_schema(const Context& context) {
    const std::string& which = context.options.positional.front();
    const std::string_view text = which == "plan" ? plan_schema() : workflow_schema();
    BOOST_OUTCOME_TRYV(write_out(text));
    return ExitCode::done;
}

}  // namespace tlm::cmd
