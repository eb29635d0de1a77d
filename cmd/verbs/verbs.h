#pragma once

#include "cmd/context.h"

namespace tlm::cmd {

// One function for each verb, each in a file of its own name. Results go to standard output; an Error that
// comes back is shown, and turned into the exit code, in main.
[[nodiscard]] Result<ExitCode> run_apply(const Context& context);  // also destroy
[[nodiscard]] Result<ExitCode> run_completion(const Context& context);
[[nodiscard]] Result<ExitCode> run_diff(const Context& context);
[[nodiscard]] Result<ExitCode> run_drift(const Context& context);
[[nodiscard]] Result<ExitCode> run_graph(const Context& context);
[[nodiscard]] Result<ExitCode> run_keygen(const Context& context);
[[nodiscard]] Result<ExitCode> run_log(const Context& context);
[[nodiscard]] Result<ExitCode> run_plan(const Context& context);
[[nodiscard]] Result<ExitCode> run_schema(const Context& context);
[[nodiscard]] Result<ExitCode> run_show(const Context& context);
[[nodiscard]] Result<ExitCode> run_state(const Context& context);
[[nodiscard]] Result<ExitCode> run_state_import(const Context& context);
[[nodiscard]] Result<ExitCode> run_state_mv(const Context& context);
[[nodiscard]] Result<ExitCode> run_state_rm(const Context& context);
[[nodiscard]] Result<ExitCode> run_status(const Context& context);
// Asks the `tlm run` that another process has under way not to wait for these workflows any more.
[[nodiscard]] Result<ExitCode> run_cancel(const Context& context);
[[nodiscard]] Result<ExitCode> run_trust(const Context& context);
[[nodiscard]] Result<ExitCode> run_validate(const Context& context);
[[nodiscard]] Result<ExitCode> run_sign(const Context& context);
[[nodiscard]] Result<ExitCode> run_verify(const Context& context);

}  // namespace tlm::cmd
