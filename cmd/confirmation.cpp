#include "cmd/confirmation.h"

#include <iostream>

#include "cmd/render/fit.h"
#include "cmd/stdio.h"
#include "cmd/terminal.h"

namespace tlm::cmd {

Result<void> check_can_ask(const Options& options, const std::string& hint) {
    if (options.yes || stdin_is_terminal()) return success();
    return fail(ErrorCode::bad_input, "there is no terminal to ask for confirmation", {}, {hint});
}

Result<bool> agreed(const Options& options, const std::string& question, const std::string& hint) {
    if (options.yes) return true;
    BOOST_OUTCOME_TRYV(check_can_ask(options, hint));
    write_err(fit(question + " Only `yes` is taken:", width_of(Stream::err)) + " ");
    std::string answer;
    return std::getline(std::cin, answer) && answer == "yes";
}

}  // namespace tlm::cmd
