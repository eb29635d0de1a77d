#pragma once

#include <chrono>
#include <string>

namespace tlm::cmd {

// For people, as exactly as they care: "35 ms", "2.3 s", "48 s", "12 min", "3 h 5 min". Never negative.
[[nodiscard]] std::string duration_text(std::chrono::duration<double> time);

}  // namespace tlm::cmd
