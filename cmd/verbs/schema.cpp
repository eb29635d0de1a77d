#include <fmt/format.h>

#include "cmd/schemas.h"
#include "cmd/stdio.h"
#include "cmd/verbs/verbs.h"

namespace tlm::cmd {

Result<ExitCode> run_schema(const Context& context) {
    BOOST_OUTCOME_TRYV(write_out(schema_named(context.options.positional.front())));
    return ExitCode::done;
}

}  // namespace tlm::cmd
