#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tlm::simulator {

// RapidJSON's flags for every text from outside: iterative, so that depth can't exhaust the stack while
// parsing, strict about UTF-8, exact about numbers.
inline constexpr unsigned kParseFlags = 4 | 2 | 16;

// Whether arrays and objects nest deeper than what writing (which recurses) can take.
[[nodiscard]] bool too_deep(std::string_view json);

// The text as a JSON string, with its quotes.
[[nodiscard]] std::string quoted(std::string_view text);

// The same for each, with commas between them.
[[nodiscard]] std::string quoted_list(const std::vector<std::string>& texts);

}  // namespace tlm::simulator
