#include "cmd/render/value_diff.h"

#include <fmt/format.h>

// dtl leaves it to whoever includes it to have these.
#include <algorithm>
#include <dtl/dtl.hpp>
#include <iterator>
#include <string_view>

#include "engine/base/text.h"

namespace tlm::cmd {
namespace {

using Kind = DiffLine::Kind;
using Lines = std::vector<std::string_view>;

constexpr std::size_t kContext = 2;
// dtl takes time and memory in the product of both lengths at worst: here some 10 ms and 10 MB.
constexpr std::size_t kMostProduct = 250'000;

// A space at the end of a line, or an empty line, could not be seen otherwise.
std::string shown_line(std::string_view line) {
    const std::size_t end = line.find_last_not_of(' ') + 1;  // 0 where there is nothing else
    std::string text = visible(line.substr(0, end));
    for (std::size_t i = end; i < line.size(); ++i)
        text += "\\x20";
    return text;
}

// Split at line ends: a text that ends with one has an empty last line.
Lines lines_of(std::string_view text) {
    Lines lines;
    while (true) {
        const std::size_t end = text.find('\n');
        lines.push_back(text.substr(0, end));
        if (end == std::string_view::npos) return lines;
        text.remove_prefix(end + 1);
    }
}

bool is_list(const std::optional<Value>& value) {
    return value && std::holds_alternative<StringList>(*value);
}
bool has_lines(const std::optional<Value>& value) {
    const auto* text = value ? std::get_if<std::string>(&*value) : nullptr;
    return text != nullptr && text->find('\n') != std::string::npos;
}

// What is compared: the lines of a text of several lines, the elements of a list as JSON, or all of another
// value.
std::vector<std::string> pieces(const std::optional<Value>& value, bool as_lines) {
    std::vector<std::string> result;
    if (!value) return result;
    if (const auto* list = std::get_if<StringList>(&*value)) {
        for (const std::string& element : *list)
            result.push_back(value_to_json(element));
        return result;
    }
    const auto* text = std::get_if<std::string>(&*value);
    if (!as_lines || text == nullptr) return {value_to_json(*value)};
    for (const std::string_view line : lines_of(*text))
        result.emplace_back(line);
    return result;
}

struct Edit {
    Kind kind;
    std::string_view text;
};

void append(std::vector<Edit>& edits, Kind kind, const Lines& lines) {
    for (const std::string_view line : lines)
        edits.push_back({kind, line});
}

std::vector<Edit> shortest_edits(Lines before, Lines after) {
    std::vector<Edit> edits;
    const auto [end, ignored] = std::ranges::mismatch(before, after);
    const auto same = static_cast<std::ptrdiff_t>(end - before.begin());
    append(edits, Kind::same, {before.begin(), end});
    before.erase(before.begin(), before.begin() + same);
    after.erase(after.begin(), after.begin() + same);
    Lines tail;
    while (!before.empty() && !after.empty() && before.back() == after.back()) {
        tail.push_back(before.back());
        before.pop_back();
        after.pop_back();
    }
    std::ranges::reverse(tail);
    if (before.empty() || after.empty() || before.size() * after.size() > kMostProduct) {
        append(edits, Kind::removed, before);
        append(edits, Kind::added, after);
    } else {
        dtl::Diff<std::string_view, Lines> diff(before, after);
        diff.compose();
        for (const auto& [line, info] : diff.getSes().getSequence()) {
            edits.push_back({info.type == dtl::SES_DELETE ? Kind::removed
                             : info.type == dtl::SES_ADD  ? Kind::added
                                                          : Kind::same,
                             line});
        }
    }
    append(edits, Kind::same, tail);
    return edits;
}

// Both are sorted here; what is in both is only counted, so that it goes to the end.
std::vector<Edit> set_edits(Lines before, Lines after) {
    std::ranges::sort(before);
    std::ranges::sort(after);
    Lines removed;
    Lines added;
    Lines same;
    std::ranges::set_difference(before, after, std::back_inserter(removed));
    std::ranges::set_difference(after, before, std::back_inserter(added));
    std::ranges::set_intersection(before, after, std::back_inserter(same));
    std::vector<Edit> edits;
    append(edits, Kind::removed, removed);
    append(edits, Kind::added, added);
    append(edits, Kind::same, same);
    return edits;
}

// Keeps `context` unchanged lines beside each difference, and counts the others.
std::vector<DiffLine> with_context(const std::vector<Edit>& edits, std::size_t context, bool as_lines) {
    std::vector<DiffLine> lines;
    for (std::size_t i = 0; i < edits.size();) {
        if (edits[i].kind != Kind::same) {
            lines.push_back({edits[i].kind, as_lines ? shown_line(edits[i].text) : visible(edits[i].text)});
            ++i;
            continue;
        }
        std::size_t end = i;
        while (end < edits.size() && edits[end].kind == Kind::same)
            ++end;
        const std::size_t before = i == 0 ? 0 : context;  // lines kept after the last difference
        const std::size_t after = end == edits.size() ? 0 : context;
        // A single line is not worth counting.
        const bool skips = end - i > before + after + (context > 0 ? 1 : 0);
        for (std::size_t k = i; k < end; ++k) {
            if (skips && k == i + before) {
                lines.push_back({Kind::skipped, {}, end - i - before - after});
                k = end - after;
                if (k == end) break;
            }
            lines.push_back({Kind::same, as_lines ? shown_line(edits[k].text) : visible(edits[k].text)});
        }
        i = end;
    }
    return lines;
}

bool is_set(Attribute attribute) {
    return same_meaning(attribute, StringList{"a", "b"}, StringList{"b", "a"});
}

}  // namespace

std::vector<DiffLine> value_diff(const AttributeChange& change) {
    const bool list = is_list(change.before) || is_list(change.after);
    const bool as_lines = !list && !fits_one_line(change);
    const auto before = pieces(change.before, as_lines);
    const auto after = pieces(change.after, as_lines);
    const Lines old_lines(before.begin(), before.end());
    const Lines new_lines(after.begin(), after.end());
    const auto edits = list && is_set(change.attribute) ? set_edits(old_lines, new_lines)
                                                        : shortest_edits(old_lines, new_lines);
    return with_context(edits, list ? 0 : kContext, as_lines);
}

std::string skipped_text(const DiffLine& line, const AttributeChange& change) {
    const bool list = is_list(change.before) || is_list(change.after);
    return fmt::format("… {} unchanged {}{}", line.count, list ? "element" : "line",
                       line.count == 1 ? "" : "s");
}

bool fits_one_line(const AttributeChange& change) {
    return !has_lines(change.before) && !has_lines(change.after);
}

}  // namespace tlm::cmd
