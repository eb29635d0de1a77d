#pragma once

#include <string>
#include <string_view>

namespace tlm::cmd {

// Completion for a shell, made from the tables of verbs, options and formats. Workflows and addresses it asks
// `tlm completion words` for. One function for each shell, each in a file of its own name.
[[nodiscard]] std::string bash_completion();
[[nodiscard]] std::string zsh_completion();
[[nodiscard]] std::string fish_completion();

// By the shell's name; empty for one that is not known.
[[nodiscard]] std::string completion_script(std::string_view shell);

}  // namespace tlm::cmd
