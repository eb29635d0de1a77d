#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace tlm {

// What a scalar without quotes means to those who use PyYAML: the rules of YAML 1.1, with the forms that 1.2
// and JSON add (0o17, 1e3). Source: PyYAML 6, resolver.py.
enum class ScalarType : std::uint8_t { string, null, boolean, integer, number, date };
[[nodiscard]] ScalarType scalar_type(std::string_view text);

// "a boolean", "null", "a date", for messages.
[[nodiscard]] std::string_view scalar_type_name(ScalarType type);

// Decimal, 0x, 0b, 0o, leading-0 octal, underscores, base 60 (1:30). Nothing where it is no integer or too
// large.
[[nodiscard]] std::optional<std::int64_t> parse_integer(std::string_view text);
// Any finite number, integers among them.
[[nodiscard]] std::optional<double> parse_number(std::string_view text);

}  // namespace tlm
