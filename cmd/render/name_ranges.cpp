#include "cmd/render/name_ranges.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <iterator>
#include <unordered_map>
#include <utility>

namespace tlm::cmd {
namespace {

constexpr std::size_t kMostNumbers = 4;     // of a name, from its end, that can become ranges
constexpr std::size_t kMostDigits = 18;     // of a number, so that it can be counted with
constexpr std::size_t kMostInBrackets = 8;  // ranges: what is longer becomes several, so that lines end

struct Number {
    std::size_t width = 0;  // digits
    std::uint64_t value = 0;

    [[nodiscard]] std::string text() const { return fmt::format("{:0{}}", value, width); }
    [[nodiscard]] bool has_zeros() const { return width > 1 && text().front() == '0'; }
    friend auto operator<=>(const Number&, const Number&) = default;
};

struct NumberRange {
    Number first;
    Number last;

    // Whether the number is the next one, and the range that ends with it can be read in one way only.
    [[nodiscard]] bool continues_with(const Number& next) const {
        if (next.value != last.value + 1) return false;
        if (next.width == first.width && next.width == last.width) return true;
        return !first.has_zeros() && !next.has_zeros();
    }
    friend auto operator<=>(const NumberRange&, const NumberRange&) = default;
};

using NumberSet = std::vector<NumberRange>;

// text[0] numbers[0] text[1] numbers[1] … text[n]
struct Pattern {
    std::vector<std::string> text;
    std::vector<NumberSet> numbers;
    std::size_t names = 1;
    std::size_t first = 0;  // among the names as given
    std::size_t last = 0;
};

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

std::string text_of(const NumberSet& set) {
    if (set.size() == 1 && set.front().first == set.front().last) return set.front().first.text();
    std::string text;
    for (const NumberRange& range : set) {
        text += text.empty() ? "[" : ",";
        text += range.first.text();
        if (range.first != range.last) text += "-" + range.last.text();
    }
    return text + "]";
}

// Where the numbers of a name begin and end; not those of an escape.
std::vector<std::pair<std::size_t, std::size_t>> numbers_of(const std::string& name) {
    std::vector<std::pair<std::size_t, std::size_t>> found;
    // An escape of what can't be shown has digits, too; such names are rare and stay as they are.
    if (name.find('\\') != std::string::npos) return found;
    for (std::size_t at = 0; at < name.size();) {
        if (name[at] == '%') {
            at += 3;
            continue;
        }
        std::size_t end = at;
        while (end < name.size() && is_digit(name[end]))
            ++end;
        if (end > at && end - at <= kMostDigits) found.emplace_back(at, end);
        at = std::max(end, at + 1);
    }
    if (found.size() > kMostNumbers)
        found.erase(found.begin(), found.end() - static_cast<std::ptrdiff_t>(kMostNumbers));
    return found;
}

Pattern pattern_of(const std::string& name, std::size_t index) {
    Pattern pattern;
    pattern.first = pattern.last = index;
    std::size_t at = 0;
    for (const auto& [begin, end] : numbers_of(name)) {
        pattern.text.push_back(name.substr(at, begin - at));
        Number number{end - begin, 0};
        std::from_chars(name.data() + begin, name.data() + end, number.value);
        pattern.numbers.push_back({{number, number}});
        at = end;
    }
    pattern.text.push_back(name.substr(at));
    return pattern;
}

// All of the pattern but the numbers at `place`; equal for those that differ in these alone.
std::string rest_of(const Pattern& pattern, std::size_t place) {
    constexpr char kPart = '\0';  // in no visible text
    std::string rest;
    for (std::size_t i = 0; i < pattern.text.size(); ++i) {
        rest += pattern.text[i];
        rest += kPart;
        if (i < pattern.numbers.size() && i != place) rest += text_of(pattern.numbers[i]);
        rest += kPart;
    }
    return rest;
}

NumberSet joined(NumberSet set) {
    std::ranges::sort(set);
    NumberSet result;
    for (const NumberRange& range : set) {
        if (!result.empty() && result.back().continues_with(range.first)) {
            result.back().last = range.last;
        } else {
            result.push_back(range);
        }
    }
    return result;
}

std::size_t count_of(const NumberSet& set) {
    std::size_t n = 0;
    for (const NumberRange& range : set)
        n += static_cast<std::size_t>(range.last.value - range.first.value) + 1;
    return n;
}

// Patterns that differ in the numbers at one place alone become one, or several where it would be long. The
// place is counted from the end. In the order of their first names.
std::vector<Pattern> merged(std::vector<Pattern> patterns, std::size_t from_end) {
    std::unordered_map<std::string, std::vector<std::size_t>> alike;
    std::vector<Pattern> result;
    for (std::size_t i = 0; i < patterns.size(); ++i) {
        const std::size_t n = patterns[i].numbers.size();
        if (from_end >= n) continue;
        alike[rest_of(patterns[i], n - 1 - from_end)].push_back(i);
    }
    std::vector<bool> gone(patterns.size(), false);
    for (const auto& [rest, members] : alike) {
        if (members.size() == 1) continue;
        const std::size_t place = patterns[members.front()].numbers.size() - 1 - from_end;
        // By their numbers, so that a part of them knows its first and last name.
        std::vector<std::size_t> sorted = members;
        std::ranges::sort(sorted, {}, [&](std::size_t i) { return patterns[i].numbers[place]; });
        const std::size_t others =
            patterns[sorted.front()].names / count_of(patterns[sorted.front()].numbers[place]);
        NumberSet all;
        for (const std::size_t i : sorted) {
            gone[i] = true;
            std::ranges::copy(patterns[i].numbers[place], std::back_inserter(all));
        }
        all = joined(std::move(all));
        std::size_t at = 0;
        for (std::size_t begin = 0; begin < all.size(); begin += kMostInBrackets) {
            const auto end = std::min(begin + kMostInBrackets, all.size());
            Pattern part = patterns[sorted[at]];
            part.numbers[place].assign(all.begin() + static_cast<std::ptrdiff_t>(begin),
                                       all.begin() + static_cast<std::ptrdiff_t>(end));
            part.names = count_of(part.numbers[place]) * others;
            for (;
                 at < sorted.size() && patterns[sorted[at]].numbers[place].front().first <= all[end - 1].last;
                 ++at) {
                part.first = std::min(part.first, patterns[sorted[at]].first);
                part.last = std::max(part.last, patterns[sorted[at]].last);
            }
            result.push_back(std::move(part));
        }
    }
    for (std::size_t i = 0; i < patterns.size(); ++i) {
        if (!gone[i]) result.push_back(std::move(patterns[i]));
    }
    std::ranges::sort(result, {}, &Pattern::first);
    return result;
}

std::string without_marks(std::string_view text) {
    std::string result;
    for (const char c : text) {
        if (c == '[' || c == ']' || c == ',') {
            result += fmt::format("%{:02X}", static_cast<unsigned>(c));
        } else {
            result += c;
        }
    }
    return result;
}

// Nobody sees a space where a text begins or ends.
std::string with_edges(std::string text) {
    constexpr std::string_view kSpace = "%20";
    if (text.starts_with(' ')) text.replace(0, 1, kSpace);
    if (text.ends_with(' ')) text.replace(text.size() - 1, 1, kSpace);
    return text;
}

std::string text_of(const Pattern& pattern) {
    std::string text;
    for (std::size_t i = 0; i < pattern.text.size(); ++i) {
        text += without_marks(pattern.text[i]);
        if (i < pattern.numbers.size()) text += text_of(pattern.numbers[i]);
    }
    return with_edges(std::move(text));
}

// Of names of which none is there twice.
std::vector<Pattern> patterns_of(const std::vector<std::string>& names,
                                 const std::vector<std::size_t>& indexes) {
    std::vector<Pattern> patterns;
    for (const std::size_t i : indexes)
        patterns.push_back(pattern_of(names[i], i));
    for (std::size_t from_end = 0; from_end < kMostNumbers; ++from_end)
        patterns = merged(std::move(patterns), from_end);
    return patterns;
}

}  // namespace

std::string escape_range(const std::string& text) {
    return with_edges(without_marks(text));
}

std::vector<NameRange> name_ranges(const std::vector<std::string>& names) {
    // A name that is there twice must come out twice: the repetitions are names of their own.
    std::unordered_map<std::string_view, std::size_t> seen;
    std::vector<std::vector<std::size_t>> rounds;
    for (std::size_t i = 0; i < names.size(); ++i) {
        const std::size_t round = seen[names[i]]++;
        if (round == rounds.size()) rounds.emplace_back();
        rounds[round].push_back(i);
    }
    std::vector<Pattern> patterns;
    for (const std::vector<std::size_t>& round : rounds)
        std::ranges::move(patterns_of(names, round), std::back_inserter(patterns));
    std::ranges::sort(patterns, {}, &Pattern::first);
    std::vector<NameRange> ranges;
    for (const Pattern& pattern : patterns)
        ranges.push_back({text_of(pattern), pattern.names, names[pattern.first], names[pattern.last]});
    return ranges;
}

}  // namespace tlm::cmd
