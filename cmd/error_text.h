#pragma once

#include <string>

#include "cmd/terminal.h"
#include "engine/base/error.h"

namespace tlm::cmd {

// "error: WHERE: MESSAGE" and under it a line for each hint. Nothing in it that a terminal would obey,
// whoever wrote the texts. In the width of a terminal (0: in any); ends with a newline.
[[nodiscard]] std::string error_text(const Error& error, const Style& style, std::size_t width = 0);

// The same as a warning, `about` what went well otherwise: "warning: ABOUT: WHERE: MESSAGE".
[[nodiscard]] std::string warning_text(const Error& error, const Style& style, const std::string& about,
                                       std::size_t width = 0);

}  // namespace tlm::cmd
