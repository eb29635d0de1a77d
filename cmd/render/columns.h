#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tlm::cmd {

// All of these take text that `visible` has been through: well-formed UTF-8 without control characters.

// Columns that a terminal gives the text: two for a wide character, none for a combining one.
[[nodiscard]] std::size_t columns(std::string_view text);

// The text, or its beginning and an ellipsis, in at most `width` columns (0: the text as it is). Cut at a
// word where one ends nearby, never inside a character.
[[nodiscard]] std::string cut_to(std::string_view text, std::size_t width);

// The text in lines of at most `width` columns (0: one line), broken where Unicode allows it, and inside a
// word only where it is longer than a line. The lines joined are the text.
[[nodiscard]] std::vector<std::string> wrap(std::string_view text, std::size_t width);

}  // namespace tlm::cmd
