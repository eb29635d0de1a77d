#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tlm {

// A code point and the bytes that encode it.
struct CodePoint {
    static constexpr char32_t kInvalid = 0xFFFFFFFF;
    char32_t value = kInvalid;
    std::size_t bytes = 1;
};

// Decodes the code point at the beginning of a string that is not empty; kInvalid with one byte where it is
// malformed, overlong or a surrogate.
[[nodiscard]] CodePoint decode(std::string_view text);

// Whether a reader sees the code point, and sees it as what it is. Not so: control and format characters,
// separators other than U+0020, default-ignorable code points (variation selectors, fillers, tags), what is
// drawn blank, private use and noncharacters.
[[nodiscard]] bool is_seen(char32_t code_point);

// Whether the Unicode version of this build knows no such character. A later version may call it invisible.
[[nodiscard]] bool is_unassigned(char32_t code_point);

// "U+200B ZERO WIDTH SPACE"; only the number where Unicode gives it no name.
[[nodiscard]] std::string code_point_name(char32_t code_point);

// The first code point that can't be seen and is not part of a well-formed emoji sequence: U+FE0F behind an
// emoji, U+200D between two, a keycap, the tags of a flag. A malformed byte is reported as itself.
struct UnseenCodePoint {
    char32_t value = 0;
    std::size_t offset = 0;  // bytes before it
};
[[nodiscard]] std::optional<UnseenCodePoint> first_unseen(std::string_view text);

// The string as it is compared with others that look alike: without what can't be seen, compatibility forms
// composed (NFKC), case folded, runs of spaces as one and none at either end.
[[nodiscard]] std::string look_folded(std::string_view text);

// A word that is written in more than one script, as Latin with a Cyrillic letter. Scripts that are mixed in
// ordinary writing don't count as several: those of Chinese, Japanese and Korean, also beside one other.
struct MixedScripts {
    std::vector<std::string> scripts;  // by their first code point in the string
    std::vector<char32_t> odd;         // the code points of all but the most frequent script, each once
};
// About the first word (between spaces) of the string that is mixed.
[[nodiscard]] std::optional<MixedScripts> mixed_scripts(std::string_view text);

}  // namespace tlm
