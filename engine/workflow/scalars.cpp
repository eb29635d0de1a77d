#include "engine/workflow/scalars.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string>

namespace tlm {
namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

template <std::size_t n>
bool among(std::string_view text, const std::array<std::string_view, n>& words) {
    return std::ranges::find(words, text) != words.end();
}

// As written, all lower, all upper, or with a capital: the spellings that YAML 1.1 takes of its words.
bool is_word(std::string_view text, std::string_view lower) {
    if (text.size() != lower.size()) return false;
    std::string folded(text);
    std::size_t upper = 0;
    for (char& c : folded) {
        if (c >= 'A' && c <= 'Z') {
            c = static_cast<char>(c - 'A' + 'a');
            ++upper;
        }
    }
    const bool capital = upper == 1 && text[0] >= 'A' && text[0] <= 'Z';
    return folded == lower && (upper == 0 || upper == text.size() || capital);
}

bool is_boolean(std::string_view text) {
    constexpr std::array<std::string_view, 6> kWords = {"yes", "no", "true", "false", "on", "off"};
    return std::ranges::any_of(kWords, [&](std::string_view word) { return is_word(text, word); });
}

bool is_infinity_or_nan(std::string_view text) {
    if (!text.empty() && (text[0] == '-' || text[0] == '+')) text.remove_prefix(1);
    return among(text, std::array<std::string_view, 6>{".inf", ".Inf", ".INF", ".nan", ".NaN", ".NAN"});
}

// 2026-01-31, alone or with a time behind it.
bool is_date(std::string_view text) {
    if (text.size() < 8 || !std::all_of(text.begin(), text.begin() + 4, is_digit) || text[4] != '-')
        return false;
    std::size_t at = 5;
    for (int part = 0; part < 2; ++part) {
        std::size_t digits = 0;
        while (at < text.size() && is_digit(text[at]))
            ++at, ++digits;
        if (digits < 1 || digits > 2) return false;
        if (part == 0 && (at >= text.size() || text[at++] != '-')) return false;
    }
    return at == text.size() || ((text[at] == 'T' || text[at] == 't' || text[at] == ' ') &&
                                 at + 1 < text.size() && is_digit(text[at + 1]));
}

std::string without_underscores(std::string_view text) {
    std::string plain(text);
    std::erase(plain, '_');
    return plain;
}

// Base 60, as in 1:30 for ninety. Each part after the first has one or two digits.
std::optional<std::int64_t> parse_sixties(std::string_view text) {
    constexpr std::int64_t kMost = 1'000'000'000;
    std::int64_t value = 0;
    for (bool first = true;; first = false) {
        const std::string_view part = text.substr(0, text.find(':'));
        std::int64_t number = 0;
        const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), number);
        const bool fits = error == std::errc() && end == part.data() + part.size() && number >= 0;
        if (!fits || value > kMost || (!first && (part.size() > 2 || number > 59))) return std::nullopt;
        value = value * 60 + number;
        if (part.size() == text.size()) return value;
        text.remove_prefix(part.size() + 1);
    }
}

}  // namespace

std::optional<std::int64_t> parse_integer(std::string_view text) {
    const bool negative = text.starts_with("-");
    if (negative || text.starts_with("+")) text.remove_prefix(1);
    if (text.empty() || !is_digit(text[0])) return std::nullopt;
    const std::string digits = without_underscores(text);
    std::string_view rest = digits;
    if (digits.find(':') != std::string::npos) {
        const auto value = parse_sixties(digits);
        return value ? std::optional<std::int64_t>(negative ? -*value : *value) : std::nullopt;
    }
    int base = 10;
    if (rest.starts_with("0x"))
        base = 16;
    else if (rest.starts_with("0b"))
        base = 2;
    else if (rest.starts_with("0o"))
        base = 8;
    if (base != 10)
        rest.remove_prefix(2);
    else if (rest.size() > 1 && rest[0] == '0')
        base = 8;
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), value, base);
    if (error != std::errc() || end != rest.data() + rest.size() || rest.empty()) return std::nullopt;
    return negative ? -value : value;
}

std::optional<double> parse_number(std::string_view text) {
    if (const auto integer = parse_integer(text)) return static_cast<double>(*integer);
    const std::string plain = without_underscores(text.starts_with("+") ? text.substr(1) : text);
    // std::from_chars takes `inf` and `nan` too, which YAML spells otherwise.
    const auto in_numbers = [](char c) {
        return is_digit(c) || c == '.' || c == '-' || c == '+' || c == 'e' || c == 'E';
    };
    if (!std::ranges::all_of(plain, in_numbers) || std::ranges::none_of(plain, is_digit)) return std::nullopt;
    double value = 0;
    const auto [end, error] = std::from_chars(plain.data(), plain.data() + plain.size(), value);
    if (error != std::errc() || end != plain.data() + plain.size() || !std::isfinite(value))
        return std::nullopt;
    return value;
}

ScalarType scalar_type(std::string_view text) {
    if (text.empty() || text == "~" || is_word(text, "null")) return ScalarType::null;
    if (is_boolean(text)) return ScalarType::boolean;
    if (is_date(text)) return ScalarType::date;
    if (parse_integer(text)) return ScalarType::integer;
    if (parse_number(text) || is_infinity_or_nan(text)) return ScalarType::number;
    return ScalarType::string;
}

std::string_view scalar_type_name(ScalarType type) {
    switch (type) {
        case ScalarType::string:
            return "a text";
        case ScalarType::null:
            return "null";
        case ScalarType::boolean:
            return "a boolean";
        case ScalarType::integer:
        case ScalarType::number:
            return "a number";
        case ScalarType::date:
            return "a date";
    }
    return "";
}

}  // namespace tlm
