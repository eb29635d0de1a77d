#pragma once

#include <string>
#include <string_view>

namespace tlm::simulator {

// With %XX decoded; what is no such sequence stays as it is.
[[nodiscard]] std::string percent_decoded(std::string_view text);

}  // namespace tlm::simulator
