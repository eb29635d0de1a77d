#pragma once

#include <algorithm>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace tlm::test {

// Takes the escapes back that stand for what gives a range its meaning; others stay.
inline std::string without_escapes(std::string_view text) {
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const std::string_view escape = text.substr(i, 3);
        const std::string_view known[] = {"%5B", "%5D", "%2C", "%20"};
        const auto* const at = std::ranges::find(known, escape);
        if (at != std::end(known)) {
            result +=
                "[],"
                " "[at - std::begin(known)];
            i += 2;
        } else if (text[i] == '%') {
            result += escape;
            i += 2;
        } else {
            result += text[i];
        }
    }
    return result;
}

// All numbers of `1`, `01-12` or `8-11`, as the notation is explained to people.
inline std::vector<std::string> numbers_of_range(const std::string& range) {
    const std::size_t dash = range.find('-');
    const std::string first = range.substr(0, dash);
    const std::string last = dash == std::string::npos ? first : range.substr(dash + 1);
    std::vector<std::string> numbers;
    for (auto n = std::stoull(first); n <= std::stoull(last); ++n) {
        std::string text = std::to_string(n);
        if (first.size() == last.size()) text.insert(0, first.size() - text.size(), '0');
        numbers.push_back(std::move(text));
    }
    return numbers;
}

// Every name that a text with ranges stands for.
inline std::vector<std::string> names_of_range(const std::string& text) {
    const std::size_t open = text.find('[');
    if (open == std::string::npos) return {without_escapes(text)};
    const std::size_t close = text.find(']', open);
    std::vector<std::string> names;
    const auto ends = names_of_range(text.substr(close + 1));
    std::istringstream ranges(text.substr(open + 1, close - open - 1));
    for (std::string range; std::getline(ranges, range, ',');) {
        for (const std::string& number : numbers_of_range(range)) {
            for (const std::string& end : ends)
                names.push_back(without_escapes(text.substr(0, open)) + number + end);
        }
    }
    return names;
}

// What a list of ranges names, line by line: a place that ends with `/` goes before the names below it.
inline std::vector<std::string> names_of_list(const std::string& list) {
    std::vector<std::string> names;
    std::string place;
    std::istringstream lines(list);
    for (std::string line; std::getline(lines, line);) {
        const std::string rest = line.substr(3);
        if (rest.starts_with("… ")) continue;  // what is only counted
        if (!rest.starts_with("   ")) {
            place = rest.ends_with('/') ? rest : "";
            if (place.empty()) std::ranges::move(names_of_range(rest), std::back_inserter(names));
            continue;
        }
        for (std::size_t at = 3; at < rest.size();) {
            const std::size_t end =
                std::min(rest.find(", ", at), rest.size() - (rest.ends_with(',') ? 1 : 0));
            std::ranges::move(names_of_range(place + rest.substr(at, end - at)), std::back_inserter(names));
            at = end + 2;
        }
    }
    return names;
}

}  // namespace tlm::test
