#pragma once

#include <string_view>

namespace tlm::cmd {

// The files of the same names beside this one, which the build puts into the program.
[[nodiscard]] std::string_view graph_css();
[[nodiscard]] std::string_view page_css();
[[nodiscard]] std::string_view page_js();

}  // namespace tlm::cmd
