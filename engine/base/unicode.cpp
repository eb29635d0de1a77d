#include "engine/base/unicode.h"

#include <fmt/format.h>
#include <unicase.h>
#include <unictype.h>
#include <uniname.h>
#include <uninorm.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <span>

namespace tlm {
namespace {

constexpr char32_t kJoiner = 0x200D;      // ZERO WIDTH JOINER
constexpr char32_t kEmojiStyle = 0xFE0F;  // VARIATION SELECTOR-16
constexpr char32_t kKeycap = 0x20E3;      // COMBINING ENCLOSING KEYCAP
constexpr char32_t kBlackFlag = 0x1F3F4;  // what a flag of tags begins with
constexpr char32_t kEndOfTags = 0xE007F;  // CANCEL TAG

// Drawn blank by common fonts, although no property of theirs says so: braille without a dot, a null
// notehead, fillers that Unicode does not count as ignorable, and the place of an object that a string can't
// hold.
constexpr std::array<char32_t, 4> kBlank = {0x2800, 0x1D159, 0x16FE4, 0xFFFC};

// The format controls and blanks of Egyptian hieroglyphs, half of which came with Unicode 15, after Debian
// 12's libunistring.
constexpr bool is_hieroglyph_control(char32_t c) {
    return c >= 0x13430 && c <= 0x13455;
}

struct Decoded {
    char32_t value;
    std::size_t offset;
};

std::vector<Decoded> decode_all(std::string_view text) {
    std::vector<Decoded> points;
    for (std::size_t at = 0; at < text.size();) {
        const CodePoint point = decode(text.substr(at));
        points.push_back({point.value, at});
        at += point.bytes;
    }
    return points;
}

bool is_keycap_base(char32_t c) {
    return (c >= '0' && c <= '9') || c == '#' || c == '*';
}
bool is_emoji(char32_t c) {
    return uc_is_property_emoji(c) && !is_keycap_base(c);
}
bool is_tag_letter(char32_t c) {
    return (c >= 0xE0030 && c <= 0xE0039) || (c >= 0xE0061 && c <= 0xE007A);
}

// Code points of the emoji sequence that begins here, 0 where none does.
std::size_t emoji_sequence(std::span<const Decoded> points) {
    const auto at = [&](std::size_t i) { return i < points.size() ? points[i].value : U'\0'; };
    if (is_keycap_base(at(0))) return at(1) == kEmojiStyle && at(2) == kKeycap ? 3 : 0;
    std::size_t end = 0;
    while (is_emoji(at(end))) {
        ++end;
        if (at(end) == kEmojiStyle) ++end;
        if (uc_is_property_emoji_modifier(at(end))) ++end;
        if (at(end) != kJoiner || !is_emoji(at(end + 1))) break;
        ++end;
    }
    if (end == 1 && at(0) == kBlackFlag) {
        std::size_t tags = end;
        while (is_tag_letter(at(tags)))
            ++tags;
        // The longest flag is that of a subdivision: a country of two letters and three characters.
        if (tags > end && tags - end <= 6 && at(tags) == kEndOfTags) return tags + 1;
    }
    return end;
}

// What a function of libunistring allocates.
std::string taken(std::uint8_t* text, std::size_t size, std::string_view otherwise) {
    const std::unique_ptr<std::uint8_t, decltype(&std::free)> owner(text, &std::free);
    if (text == nullptr) return std::string(otherwise);
    return {reinterpret_cast<const char*>(text), size};
}

std::string without_unseen(std::string_view text) {
    std::string result;
    for (std::size_t at = 0; at < text.size();) {
        const CodePoint point = decode(text.substr(at));
        const bool blank = point.value != CodePoint::kInvalid && uc_is_property_white_space(point.value);
        if (blank) {
            result += ' ';
        } else if (point.value == CodePoint::kInvalid) {
            result += fmt::format("\\x{:02x}", static_cast<unsigned char>(text[at]));
        } else if (is_seen(point.value)) {
            result += text.substr(at, point.bytes);
        }
        at += point.bytes;
    }
    return result;
}

std::string with_single_spaces(std::string_view text) {
    std::string result;
    for (const char c : text) {
        if (c != ' ' || (!result.empty() && result.back() != ' ')) result += c;
    }
    if (result.ends_with(' ')) result.pop_back();
    return result;
}

// Chinese, Japanese and Korean are written in several scripts, and Latin words stand among them.
bool is_mixed_by_custom(std::string_view script) {
    constexpr std::array<std::string_view, 5> kCustom = {"Han", "Hiragana", "Katakana", "Hangul", "Bopomofo"};
    return std::ranges::find(kCustom, script) != kCustom.end();
}

struct ScriptCount {
    std::string_view script;
    std::size_t letters = 0;
    std::vector<char32_t> points;
};

std::optional<MixedScripts> mixed_scripts_of_word(std::string_view word) {
    std::vector<ScriptCount> counts;
    for (const auto& [value, offset] : decode_all(word)) {
        const uc_script_t* found = value == CodePoint::kInvalid ? nullptr : uc_script(value);
        const std::string_view script = found == nullptr ? "Common" : found->name;
        if (script == "Common" || script == "Inherited" || is_mixed_by_custom(script)) continue;
        auto at = std::ranges::find(counts, script, &ScriptCount::script);
        if (at == counts.end()) at = counts.insert(at, {script, 0, {}});
        ++at->letters;
        if (std::ranges::find(at->points, value) == at->points.end()) at->points.push_back(value);
    }
    if (counts.size() < 2) return std::nullopt;
    MixedScripts mixed;
    const auto most = std::ranges::max_element(counts, {}, &ScriptCount::letters);
    for (auto at = counts.begin(); at != counts.end(); ++at) {
        mixed.scripts.emplace_back(at->script);
        if (at != most) mixed.odd.insert(mixed.odd.end(), at->points.begin(), at->points.end());
    }
    return mixed;
}

}  // namespace

CodePoint decode(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char first = byte(0);
    if (first < 0x80) return {first, 1};
    const std::size_t size = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (first < 0xC2 || first > 0xF4 || text.size() < size) return {};
    char32_t value = first & (0xFFU >> (size + 1));
    for (std::size_t i = 1; i < size; ++i) {
        if ((byte(i) & 0xC0U) != 0x80U) return {};
        value = (value << 6U) | (byte(i) & 0x3FU);
    }
    const bool overlong = (size == 3 && value < 0x800) || (size == 4 && value < 0x10000);
    const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
    if (overlong || surrogate || value > 0x10FFFF) return {};
    return {value, size};
}

bool is_seen(char32_t code_point) {
    if (code_point < 0x7F) return code_point >= 0x20;
    constexpr std::uint32_t kHidden = UC_CATEGORY_MASK_Cc | UC_CATEGORY_MASK_Cf | UC_CATEGORY_MASK_Co |
                                      UC_CATEGORY_MASK_Zs | UC_CATEGORY_MASK_Zl | UC_CATEGORY_MASK_Zp;
    return !uc_is_general_category_withtable(code_point, kHidden) &&
           !uc_is_property_default_ignorable_code_point(code_point) &&
           !uc_is_property_not_a_character(code_point) &&
           std::ranges::find(kBlank, code_point) == kBlank.end() && !is_hieroglyph_control(code_point);
}

bool is_unassigned(char32_t code_point) {
    return uc_is_general_category_withtable(code_point, UC_CATEGORY_MASK_Cn);
}

std::string code_point_name(char32_t code_point) {
    std::array<char, UNINAME_MAX> name{};
    const bool known = unicode_character_name(code_point, name.data()) != nullptr;
    return fmt::format("U+{:04X}{}{}", static_cast<unsigned>(code_point), known ? " " : "",
                       known ? name.data() : "");
}

std::optional<UnseenCodePoint> first_unseen(std::string_view text) {
    if (std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7F; })) return std::nullopt;
    const std::vector<Decoded> points = decode_all(text);
    for (std::size_t i = 0; i < points.size();) {
        if (const std::size_t emoji = emoji_sequence(std::span(points).subspan(i)); emoji > 0) {
            i += emoji;
            continue;
        }
        const auto& [value, offset] = points[i];
        if (value == CodePoint::kInvalid)
            return UnseenCodePoint{static_cast<unsigned char>(text[offset]), offset};
        if (!is_seen(value)) return UnseenCodePoint{value, offset};
        ++i;
    }
    return std::nullopt;
}

std::string look_folded(std::string_view text) {
    if (std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7F; })) {
        std::string folded = with_single_spaces(text);
        std::ranges::transform(folded, folded.begin(), [](char c) {
            return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        });
        return folded;
    }
    const std::string seen = without_unseen(text);
    std::size_t size = 0;
    std::uint8_t* folded = u8_casefold(reinterpret_cast<const std::uint8_t*>(seen.data()), seen.size(),
                                       nullptr, UNINORM_NFKC, nullptr, &size);
    return with_single_spaces(taken(folded, size, seen));
}

std::optional<MixedScripts> mixed_scripts(std::string_view text) {
    if (std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; }))
        return std::nullopt;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(' '), text.size());
        if (auto mixed = mixed_scripts_of_word(text.substr(0, end))) return mixed;
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return std::nullopt;
}

}  // namespace tlm
