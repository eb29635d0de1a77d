#include "cmd/render/value_diff.h"

#include <fmt/format.h>

// dtl leaves it to whoever includes it to have these.
#include <algorithm>
#include <cstdint>
#include <dtl/dtl.hpp>
#include <iterator>
#include <string_view>

#include "cmd/render/shortened.h"
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

// Bytes of what is the same that are shown beside a difference.
constexpr std::size_t kBeside = 40;

// Where a chunk ends depends on the four bytes before it alone, so that two texts are parted alike again soon
// behind a difference. A chunk has about `size` bytes.
Lines chunks_of(std::string_view text, std::size_t size) {
    Lines chunks;
    std::uint32_t last = 0;
    std::size_t begin = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        last = last << 8U | static_cast<unsigned char>(text[i]);
        constexpr std::uint32_t kMix = 2'654'435'761U;
        const bool ends = (last * kMix >> 16U) % size == 0;
        const bool inside = i + 1 < text.size() && (static_cast<unsigned char>(text[i + 1]) & 0xC0U) == 0x80U;
        if (i + 1 < text.size() && (!ends || inside)) continue;
        chunks.push_back(text.substr(begin, i + 1 - begin));
        begin = i + 1;
    }
    return chunks;
}

// A run of text that is the same in both, or that differs.
struct Run {
    bool same = false;
    std::string before;
    std::string after;
};

// Bytes of the common beginning and end, whole characters, which do not overlap.
std::size_t common_head(std::string_view a, std::string_view b) {
    return beginning(a, static_cast<std::size_t>(std::ranges::mismatch(a, b).in1 - a.begin())).size();
}
std::size_t common_tail(std::string_view a, std::string_view b) {
    std::size_t tail = 0;
    while (tail < std::min(a.size(), b.size()) && a[a.size() - 1 - tail] == b[b.size() - 1 - tail])
        ++tail;
    while (tail > 0 && (static_cast<unsigned char>(a[a.size() - tail]) & 0xC0U) == 0x80U)
        --tail;
    return tail;
}

void move_common_ends(Run& left, Run& run, Run& right) {
    const std::size_t head = common_head(run.before, run.after);
    left.before.append(run.before, 0, head);
    run.before.erase(0, head);
    run.after.erase(0, head);
    const std::size_t tail = common_tail(run.before, run.after);
    right.before.insert(0, run.before, run.before.size() - tail, tail);
    run.before.resize(run.before.size() - tail);
    run.after.resize(run.after.size() - tail);
}

std::vector<Run> runs_of(std::string_view before, std::string_view after) {
    // The common ends first: then a single difference is found exactly.
    const std::size_t head = common_head(before, after);
    const std::size_t tail = common_tail(before.substr(head), after.substr(head));
    const std::string_view common = before.substr(0, head);
    const std::string_view end = before.substr(before.size() - tail);
    before = before.substr(head, before.size() - head - tail);
    after = after.substr(head, after.size() - head - tail);
    std::size_t size = 8;
    Lines old_chunks = chunks_of(before, size);
    Lines new_chunks = chunks_of(after, size);
    while (old_chunks.size() * new_chunks.size() > kMostProduct && size < before.size() + after.size()) {
        size *= 2;
        old_chunks = chunks_of(before, size);
        new_chunks = chunks_of(after, size);
    }
    std::vector<Run> runs = {{true, std::string(common), std::string(common)}};
    for (const Edit& edit : shortest_edits(old_chunks, new_chunks)) {
        const bool same = edit.kind == Kind::same;
        if (runs.back().same != same) runs.push_back({same, {}, {}});
        if (edit.kind != Kind::added) runs.back().before += edit.text;
        if (edit.kind != Kind::removed) runs.back().after += edit.text;
    }
    if (!runs.back().same) runs.push_back({true, {}, {}});
    runs.back().before += end;
    // A large chunk that differs somewhere: what its ends have in common belongs to the runs beside it.
    for (std::size_t i = 1; i + 1 < runs.size(); i += 2)
        move_common_ends(runs[i - 1], runs[i], runs[i + 1]);
    return runs;
}

// Of what is the same only what stands beside a difference.
std::string same_text(std::string_view text, bool first, bool last) {
    const std::size_t head = first ? 0 : kBeside;
    const std::size_t tail = last ? 0 : kBeside;
    constexpr std::size_t kWorthIt = 30;
    if (text.size() <= head + tail + kWorthIt) return std::string(text);
    const std::string_view begin = beginning(text, head);
    std::size_t at = text.size() - tail;
    while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U)
        ++at;
    return fmt::format("{}…({} bytes the same)…{}", begin, at - begin.size(), text.substr(at));
}

std::string window(const std::vector<Run>& runs, std::string_view whole, bool of_before, std::size_t most) {
    if (whole.size() <= most) return std::string(whole);
    const auto differing = static_cast<std::size_t>(std::ranges::count(runs, false, &Run::same));
    // Each difference has its share, so that a large one does not keep others out of sight.
    constexpr std::size_t kLeastShare = 60;
    const std::size_t share = std::max(kLeastShare, most / std::max<std::size_t>(differing, 1));
    std::string text;
    std::size_t shown = 0;
    for (std::size_t i = 0; i < runs.size(); ++i) {
        const std::string& own = of_before ? runs[i].before : runs[i].after;
        if (runs[i].same) {
            text += same_text(runs[i].before, i == 0, i + 1 == runs.size());
        } else {
            if (text.size() > most) {
                text += fmt::format("…({} more differences)", differing - shown);
                break;
            }
            const std::string_view begin = beginning(own, share);
            text += begin;
            if (begin.size() < own.size()) text += fmt::format("…(+{} bytes)…", own.size() - begin.size());
            ++shown;
        }
    }
    return fmt::format("{} ({} bytes; sha256 {})", text, whole.size(), short_hash(whole));
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

Windows differing_windows(std::string_view before, std::string_view after, std::size_t most) {
    if (before.size() <= most && after.size() <= most) return {std::string(before), std::string(after)};
    const std::vector<Run> runs = runs_of(before, after);
    return {window(runs, before, true, most), window(runs, after, false, most)};
}

bool fits_one_line(const AttributeChange& change) {
    return !has_lines(change.before) && !has_lines(change.after);
}

}  // namespace tlm::cmd
