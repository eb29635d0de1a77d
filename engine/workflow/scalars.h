#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace tlm {

// What a scalar without quotes means to those who use PyYAML. Source: PyYAML 6, resolver.py, to the letter,
// so that a text which the Python program took as a text stays one: 08, 1e3 and 0o17 are texts, 017 is a
// number.
enum class ScalarType : std::uint8_t { string, null, boolean, integer, number, date, merge };
[[nodiscard]] ScalarType scalar_type(std::string_view text);

// "a boolean", "null", "a date", for messages.
[[nodiscard]] std::string_view scalar_type_name(ScalarType type);

// For where a number is wanted, quoted or not; these take the forms of YAML 1.2 and JSON too (0o17, 1e3).
// Decimal, 0x, 0b, 0o, leading-0 octal, underscores, base 60 (1:30). Nothing where it is no integer or too
// large.
[[nodiscard]] std::optional<std::int64_t> parse_integer(std::string_view text);
// Any finite number, integers among them.
[[nodiscard]] std::optional<double> parse_number(std::string_view text);

}  // namespace tlm
