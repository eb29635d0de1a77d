#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tlm {

// Nearest names for references that are wrong, as long as the work for them is bounded: in a fleet of 100,000
// the first few get one, in a small one all.
class Suggestions {
  public:
    [[nodiscard]] std::optional<std::string> nearest_to(std::string_view word,
                                                        std::span<const std::string> candidates);

  private:
    std::uint64_t left_ = 300'000'000;  // pairs of characters that may still be compared
};

}  // namespace tlm
