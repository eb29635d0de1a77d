#include "engine/workflow/scalars.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string>

namespace tlm {
namespace {

constexpr std::string_view kDecimal = "0123456789";
constexpr std::string_view kDecimalOrUnderscore = "0123456789_";

// Matches a text from left to right. Each take returns whether, or how much, it took.
class Scan {
  public:
    explicit Scan(std::string_view text) : rest_(text) {}
    bool one(std::string_view any_of) {
        if (rest_.empty() || any_of.find(rest_[0]) == std::string_view::npos) return false;
        rest_.remove_prefix(1);
        return true;
    }
    bool word(std::string_view text) {
        if (!rest_.starts_with(text)) return false;
        rest_.remove_prefix(text.size());
        return true;
    }
    std::size_t many(std::string_view any_of) {
        const std::size_t count = std::min(rest_.find_first_not_of(any_of), rest_.size());
        rest_.remove_prefix(count);
        return count;
    }
    bool digits(std::size_t least, std::size_t most) {
        std::size_t count = 0;
        while (count < most && one(kDecimal))
            ++count;
        return count >= least;
    }
    [[nodiscard]] bool done() const { return rest_.empty(); }

  private:
    std::string_view rest_;
};

template <std::size_t n>
bool among(std::string_view text, const std::array<std::string_view, n>& words) {
    return std::ranges::find(words, text) != words.end();
}

bool is_boolean(std::string_view text) {
    return among(text, std::array<std::string_view, 18>{"yes", "Yes", "YES", "no", "No", "NO", "true", "True",
                                                        "TRUE", "false", "False", "FALSE", "on", "On", "ON",
                                                        "off", "Off", "OFF"});
}

bool is_null(std::string_view text) {
    return among(text, std::array<std::string_view, 5>{"", "~", "null", "Null", "NULL"});
}

bool is_infinity_or_nan(std::string_view text) {
    if (among(text, std::array<std::string_view, 3>{".nan", ".NaN", ".NAN"})) return true;
    if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
    return among(text, std::array<std::string_view, 3>{".inf", ".Inf", ".INF"});
}

enum class Form { none, binary, octal, octal_of_1_2, decimal, hexadecimal, sixties };

// How an integer without its sign is written.
Form integer_form(std::string_view text) {
    Scan scan(text);
    const auto rest_is = [&](std::string_view digits, Form form) {
        return scan.many(digits) > 0 && scan.done() ? form : Form::none;
    };
    if (scan.word("0b")) return rest_is("01_", Form::binary);
    if (scan.word("0x")) return rest_is("0123456789abcdefABCDEF_", Form::hexadecimal);
    if (scan.word("0o")) return rest_is("01234567_", Form::octal_of_1_2);
    if (scan.word("0")) return scan.done() ? Form::decimal : rest_is("01234567_", Form::octal);
    if (!scan.one("123456789")) return Form::none;
    scan.many(kDecimalOrUnderscore);
    if (scan.done()) return Form::decimal;
    while (scan.one(":")) {
        const bool two = scan.one("012345");
        if (!scan.one(kDecimal) && !two) return Form::none;
    }
    return scan.done() ? Form::sixties : Form::none;
}

std::string_view without_sign(std::string_view text) {
    if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
    return text;
}

// The numbers with a point of YAML 1.1, whose exponents need a sign.
bool is_float(std::string_view text) {
    const auto exponent = [](Scan& scan) {
        if (scan.done()) return true;
        return scan.one("eE") && scan.one("+-") && scan.many(kDecimal) > 0 && scan.done();
    };
    if (Scan scan(text); scan.one(".")) {
        return scan.one(kDecimal) && (scan.many(kDecimalOrUnderscore), exponent(scan));
    }
    Scan scan(without_sign(text));
    if (!scan.one(kDecimal)) return false;
    scan.many(kDecimalOrUnderscore);
    bool sixties = false;
    while (scan.one(":")) {
        sixties = true;
        const bool two = scan.one("012345");
        if (!scan.one(kDecimal) && !two) return false;
    }
    if (!scan.one(".")) return false;
    scan.many(kDecimalOrUnderscore);
    return sixties ? scan.done() : exponent(scan);
}

// 2026-01-31, or a less strict date with a time behind it.
bool is_date(std::string_view text) {
    if (Scan day(text); day.digits(4, 4) && day.word("-") && day.digits(2, 2) && day.word("-") &&
                        day.digits(2, 2) && day.done()) {
        return true;
    }
    Scan scan(text);
    const bool date = scan.digits(4, 4) && scan.word("-") && scan.digits(1, 2) && scan.word("-") &&
                      scan.digits(1, 2) && (scan.one("Tt") || scan.many(" \t") > 0);
    const bool time = date && scan.digits(1, 2) && scan.word(":") && scan.digits(2, 2) && scan.word(":") &&
                      scan.digits(2, 2);
    if (!time) return false;
    if (scan.word(".")) scan.many(kDecimal);
    if (scan.done()) return true;
    scan.many(" \t");
    if (scan.word("Z")) return scan.done();
    if (!scan.one("+-") || !scan.digits(1, 2)) return false;
    return scan.done() || (scan.word(":") && scan.digits(2, 2) && scan.done());
}

std::string without_underscores(std::string_view text) {
    std::string plain(text);
    std::erase(plain, '_');
    return plain;
}

template <typename Number, typename... Base>
std::optional<Number> whole(std::string_view text, Base... base) {
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base...);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

// Base 60, as in 1:30 for ninety.
std::optional<std::int64_t> parse_sixties(std::string_view text) {
    constexpr std::int64_t kMost = 100'000'000'000'000'000;
    std::int64_t value = 0;
    for (;;) {
        const std::size_t colon = text.find(':');
        const auto part = whole<std::int64_t>(text.substr(0, colon), 10);
        if (!part || *part > kMost || value > kMost) return std::nullopt;
        value = value * 60 + *part;
        if (colon == std::string_view::npos) return value;
        text.remove_prefix(colon + 1);
    }
}

std::optional<std::int64_t> parse_digits(Form form, std::string_view digits) {
    switch (form) {
        case Form::binary:
            return whole<std::int64_t>(digits.substr(2), 2);
        case Form::octal_of_1_2:
            return whole<std::int64_t>(digits.substr(2), 8);
        case Form::hexadecimal:
            return whole<std::int64_t>(digits.substr(2), 16);
        case Form::octal:
            return whole<std::int64_t>(digits, 8);
        case Form::decimal:
            return whole<std::int64_t>(digits, 10);
        case Form::sixties:
            return parse_sixties(digits);
        case Form::none:
            return std::nullopt;
    }
    return std::nullopt;
}

}  // namespace

std::optional<std::int64_t> parse_integer(std::string_view text) {
    const std::string_view number = without_sign(text);
    const auto value = parse_digits(integer_form(number), without_underscores(number));
    return value && text.starts_with('-') ? -*value : value;
}

std::optional<double> parse_number(std::string_view text) {
    if (const auto integer = parse_integer(text)) return static_cast<double>(*integer);
    const double sign = text.starts_with('-') ? -1 : 1;
    const std::string digits = without_underscores(without_sign(text));
    std::string_view last = digits;
    double minutes = 0;
    if (const std::size_t colon = digits.rfind(':'); colon != std::string::npos) {
        const auto before = is_float(text) ? parse_sixties(last.substr(0, colon)) : std::nullopt;
        if (!before) return std::nullopt;
        minutes = static_cast<double>(*before);
        last.remove_prefix(colon + 1);
    }
    // std::from_chars takes `inf` and `nan` too, which YAML spells otherwise, and a second sign.
    if (last.empty() || (last[0] != '.' && kDecimal.find(last[0]) == std::string_view::npos))
        return std::nullopt;
    const auto value = whole<double>(last);
    if (!value || !std::isfinite(*value)) return std::nullopt;
    return sign * (minutes * 60 + *value);
}

ScalarType scalar_type(std::string_view text) {
    // Most texts begin with a letter that begins no other scalar.
    if (is_null(text)) return ScalarType::null;
    if (text == "<<") return ScalarType::merge;
    if (is_boolean(text)) return ScalarType::boolean;
    constexpr std::string_view kNumberBegins = "0123456789+-.";
    if (kNumberBegins.find(text[0]) == std::string_view::npos) return ScalarType::string;
    const Form form = integer_form(without_sign(text));
    if (form != Form::none && form != Form::octal_of_1_2) return ScalarType::integer;
    if (is_float(text) || is_infinity_or_nan(text)) return ScalarType::number;
    return is_date(text) ? ScalarType::date : ScalarType::string;
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
        case ScalarType::merge:
            return "a merge key";
    }
    return "";
}

}  // namespace tlm
