#pragma once

#include <string>

namespace tlm::cmd {

// The manual page tlm(1), or with a verb's name tlm-VERB(1), made from the same tables as `tlm help`.
[[nodiscard]] std::string man_page(const std::string& verb);

}  // namespace tlm::cmd
