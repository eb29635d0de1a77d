#pragma once

#include <string>

namespace tlm::cmd {

// `tlm help`, or with a verb's name `tlm help VERB`. Fits 80 columns.
[[nodiscard]] std::string help_text(const std::string& verb);

}  // namespace tlm::cmd
