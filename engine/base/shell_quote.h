#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace tlm {

// Parts of commands that are printed to be copied: whatever is in them, a shell takes each as one word with
// no other meaning, and people can see it. Quoted only where that is needed; what can't be seen as $'…'
// escapes, which bash, zsh and ksh understand.

// In single quotes, whatever is in it, as every shell takes it.
[[nodiscard]] std::string in_single_quotes(std::string_view word);

// One word, which may still begin with a dash.
[[nodiscard]] std::string shell_quoted(std::string_view word);

// A path, which no program takes for an option.
[[nodiscard]] std::string shell_quoted_path(std::string_view path);

// Positional arguments, separated by spaces: behind `--` where one of them begins with a dash.
[[nodiscard]] std::string shell_arguments(std::initializer_list<std::string_view> arguments);

// An option with its value, `--exclude NAME`, which is not taken for another option either.
[[nodiscard]] std::string shell_option(std::string_view option, std::string_view value);

}  // namespace tlm
