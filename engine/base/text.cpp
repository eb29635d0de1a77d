#include "engine/base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <iterator>

#include "engine/base/scan.h"
#include "engine/base/unicode.h"

namespace tlm {
namespace {

// What version 1 of the plan file writes as escapes: code points that change what a terminal shows of others,
// or that nobody sees. Its digest rests on it, so that it never changes; see is_seen for the rule of today.
bool is_escaped_in_version_1(char32_t c) {
    return c == 0x7F || (c >= 0x80 && c <= 0x9F) || c == 0x061C || (c >= 0x200B && c <= 0x200F) ||
           (c >= 0x2028 && c <= 0x202E) || (c >= 0x2060 && c <= 0x2069) || c == 0xFEFF ||
           (c >= 0xE0000 && c <= 0xE007F);
}

std::string escape(char32_t c) {
    switch (c) {
        case '\n':
            return "\\n";
        case '\r':
            return "\\r";
        case '\t':
            return "\\t";
        default:
            break;
    }
    if (c < 0x80) return fmt::format("\\x{:02x}", static_cast<unsigned>(c));
    // Eight digits, so that what follows is not taken for one more.
    return c < 0x10000 ? fmt::format("\\u{:04x}", static_cast<unsigned>(c))
                       : fmt::format("\\U{:08x}", static_cast<unsigned>(c));
}

template <typename Escaped>
std::string with_json_escapes(std::string json, Escaped is_escaped) {
    if (plain_bytes(json, [](unsigned char c) { return c >= 0x7F; }) == json.size()) return json;
    std::string result;
    result.reserve(json.size());
    for (std::string_view text = json; !text.empty();) {
        const std::size_t plain = plain_bytes(text, [](unsigned char c) { return c >= 0x7F; });
        result += text.substr(0, plain);
        text.remove_prefix(plain);
        if (text.empty()) break;
        const CodePoint point = decode(text);
        if (point.value != CodePoint::kInvalid && is_escaped(point.value)) {
            result += json_escape(point.value);
        } else {
            result += text.substr(0, point.bytes);
        }
        text.remove_prefix(point.bytes);
    }
    return result;
}

// What two words have in common at their ends changes nothing about their distance.
void strip_common_ends(std::string_view& a, std::string_view& b) {
    const auto same = static_cast<std::size_t>(std::ranges::mismatch(a, b).in1 - a.begin());
    a.remove_prefix(same);
    b.remove_prefix(same);
    while (!a.empty() && !b.empty() && a.back() == b.back()) {
        a.remove_suffix(1);
        b.remove_suffix(1);
    }
}

// Damerau-Levenshtein distance (adjacent swaps count one); more than `most` may be reported as any larger
// number. Takes time in the product of the words' length and `most`.
std::size_t distance(std::string_view a, std::string_view b, std::size_t most) {
    if (std::max(a.size(), b.size()) - std::min(a.size(), b.size()) > most) return most + 1;
    strip_common_ends(a, b);
    const std::size_t far = most + 1;
    std::vector<std::size_t> before(b.size() + 1, far);
    std::vector<std::size_t> last(b.size() + 1, far);
    std::vector<std::size_t> row(b.size() + 1, far);
    for (std::size_t j = 0; j <= std::min(b.size(), most); ++j)
        last[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        // Only this band can hold a distance of at most `most`.
        const std::size_t begin = i > most ? i - most : 1;
        const std::size_t end = std::min(b.size(), i + most);
        row[begin - 1] = begin == 1 ? i : far;
        if (end < b.size()) row[end + 1] = far;
        std::size_t least = row[begin - 1];
        for (std::size_t j = begin; j <= end; ++j) {
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0U : 1U)});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                row[j] = std::min(row[j], before[j - 2] + 1);
            }
            least = std::min(least, row[j]);
        }
        if (least > most) return far;  // the row before has `most` at least, so a swap does not help either
        std::swap(before, last);
        std::swap(last, row);
    }
    return last[b.size()];
}

// How many bytes at the beginning are ASCII, of which whole pages consist.
std::size_t ascii_bytes(std::string_view text) {
    std::array<std::uint64_t, 4> words;  // NOLINT(*-member-init): copied into
    std::size_t at = 0;
    for (; at + sizeof(words) <= text.size(); at += sizeof(words)) {
        std::memcpy(words.data(), text.data() + at, sizeof(words));
        if (((words[0] | words[1] | words[2] | words[3]) & 0x8080808080808080U) != 0) break;
    }
    while (at < text.size() && static_cast<unsigned char>(text[at]) < 0x80)
        ++at;
    return at;
}

}  // namespace

std::string visible(std::string_view text) {
    std::string result;
    result.reserve(text.size());
    while (!text.empty()) {
        const std::size_t plain = plain_bytes(text, [](unsigned char c) { return (c < 0x20) | (c >= 0x7F); });
        result += text.substr(0, plain);
        text.remove_prefix(plain);
        if (text.empty()) break;
        const CodePoint point = decode(text);
        if (point.value == CodePoint::kInvalid) {
            fmt::format_to(std::back_inserter(result), "\\x{:02x}", static_cast<unsigned char>(text[0]));
        } else if (!is_seen(point.value)) {
            result += escape(point.value);
        } else {
            result += text.substr(0, point.bytes);
        }
        text.remove_prefix(point.bytes);
    }
    return result;
}

std::string json_escape(char32_t c) {
    if (c < 0x10000) return fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    const auto above = static_cast<unsigned>(c) - 0x10000U;
    return fmt::format("\\u{:04x}\\u{:04x}", 0xD800U + (above >> 10U), 0xDC00U + (above & 0x3FFU));
}

std::string visible_json(std::string json) {
    return with_json_escapes(std::move(json), [](char32_t c) { return !is_seen(c); });
}

std::string visible_json_version_1(std::string json) {
    return with_json_escapes(std::move(json), is_escaped_in_version_1);
}

std::optional<std::string> nearest(std::string_view word, std::span<const std::string> candidates) {
    constexpr std::size_t kLongest = 200;  // nobody mistypes a longer word by a few letters
    if (word.size() > kLongest) return std::nullopt;
    std::size_t best = std::max<std::size_t>(1, word.size() / 3) + 1;
    std::optional<std::string> found;
    for (const std::string& candidate : candidates) {
        const std::size_t d = distance(word, candidate, best - 1);
        if (d < best) {
            best = d;
            found = candidate;
        }
    }
    return found;
}

std::size_t well_formed_bytes(std::string_view text) {
    std::string_view left = text;
    while (!left.empty()) {
        left.remove_prefix(ascii_bytes(left));
        if (left.empty()) break;
        const CodePoint point = decode(left);
        if (point.value == CodePoint::kInvalid) break;
        left.remove_prefix(point.bytes);
    }
    return text.size() - left.size();
}

std::size_t code_points(std::string_view text) {
    return static_cast<std::size_t>(
        std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

}  // namespace tlm
