#include "cmd/confirm.h"

#include <fmt/format.h>

#include <iostream>

#include "cmd/terminal.h"

namespace tlm::cmd {

Result<void> can_confirm(const Context& context, const std::string& hint) {
    if (context.options.yes || stdin_is_terminal()) return success();
    return fail(ErrorCode::bad_input, "there is no terminal to ask for confirmation", {}, {hint});
}

bool confirmed(const Context& context, const std::string& question) {
    if (context.options.yes) return true;
    std::cerr << question << " Only `yes` is taken: " << std::flush;
    std::string answer;
    return std::getline(std::cin, answer) && answer == "yes";
}

}  // namespace tlm::cmd
