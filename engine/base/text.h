#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tlm {

// The string with all that can't be seen (see is_seen) replaced by visible escapes (\n, \x1b, \u202e,
// \U000e0041) and invalid UTF-8 by \xNN, so that it can be shown on a terminal, whoever wrote it.
[[nodiscard]] std::string visible(std::string_view text);

// JSON with the same characters written as \u escapes, so that it means the same and can be shown and
// reviewed. JSON's own blanks between tokens stay.
[[nodiscard]] std::string visible_json(std::string json);
// The same by the rule of the plan file's version 1, whose digest is of what this gives.
[[nodiscard]] std::string visible_json_version_1(std::string json);
// A code point as JSON escapes it: \u202e, or two of them above U+FFFF.
[[nodiscard]] std::string json_escape(char32_t c);

// The candidate that was probably meant: smallest Damerau-Levenshtein distance, at most a third of the length
// (at least 1). Empty where none is near.
[[nodiscard]] std::optional<std::string> nearest(std::string_view word,
                                                 std::span<const std::string> candidates);

// How many bytes at the beginning are well-formed UTF-8.
[[nodiscard]] std::size_t well_formed_bytes(std::string_view text);
// Whether all of them are.
[[nodiscard]] inline bool valid_utf8(std::string_view text) {
    return well_formed_bytes(text) == text.size();
}

// Number of code points of well-formed UTF-8.
[[nodiscard]] std::size_t code_points(std::string_view text);

}  // namespace tlm
