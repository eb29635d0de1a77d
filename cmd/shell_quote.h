#pragma once

#include <string>
#include <string_view>

namespace tlm::cmd {

// A path as a shell takes it as one word and a program as no option, and as people can see it: quoted only
// where that is needed; control characters as $'…' escapes, which bash, zsh and ksh understand.
[[nodiscard]] std::string shell_quoted_path(std::string_view path);

}  // namespace tlm::cmd
