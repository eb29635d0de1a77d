#include "engine/resource/timestamp.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace tlm {
namespace {

constexpr std::string_view kShape = "dddd-dd-ddTdd:dd:dd";
constexpr std::size_t kMostDecimals = 9;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

}  // namespace

std::optional<UtcForm::Packed> UtcForm::pack(std::string_view text) {
    if (text.size() <= kShape.size() || text.back() != 'Z') return std::nullopt;
    Packed time;
    for (std::size_t at = 0; at < kShape.size(); ++at) {
        if (kShape[at] != 'd') {
            if (text[at] != kShape[at]) return std::nullopt;
            continue;
        }
        if (!is_digit(text[at])) return std::nullopt;
        time.digits = time.digits * 10 + static_cast<std::uint64_t>(text[at] - '0');
    }
    std::string_view rest = text.substr(kShape.size(), text.size() - kShape.size() - 1);
    if (rest.empty()) return time;
    if (rest.front() != '.') return std::nullopt;
    rest.remove_prefix(1);
    if (rest.empty() || rest.size() > kMostDecimals || !std::ranges::all_of(rest, is_digit))
        return std::nullopt;
    for (const char digit : rest)
        time.fraction = time.fraction * 10 + static_cast<std::uint32_t>(digit - '0');
    time.decimals = static_cast<std::uint8_t>(rest.size());
    return time;
}

std::string UtcForm::text(const Packed& time) {
    std::string text(kShape);
    std::uint64_t left = time.digits;
    for (std::size_t at = text.size(); at-- > 0;) {
        if (kShape[at] != 'd') continue;
        text[at] = static_cast<char>('0' + left % 10);
        left /= 10;
    }
    if (time.decimals > 0) fmt::format_to(std::back_inserter(text), ".{:0{}}", time.fraction, time.decimals);
    text += 'Z';
    return text;
}

std::optional<std::strong_ordering> UtcForm::order(const Packed& left, const Packed& right) {
    if (left.digits != right.digits) return left.digits <=> right.digits;
    if (left.decimals != right.decimals) return std::nullopt;
    return left.fraction <=> right.fraction;
}

std::size_t UtcForm::hash(const Packed& time) noexcept {
    return mixed_hash(time.digits, std::uint64_t{time.fraction} << 8U | time.decimals);
}

}  // namespace tlm
