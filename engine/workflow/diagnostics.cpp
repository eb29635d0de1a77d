#include "engine/workflow/diagnostics.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <tuple>

#include "engine/base/text.h"
#include "engine/workflow/line_cursor.h"

namespace tlm {
namespace {

constexpr std::size_t kMost = 1000;
constexpr std::size_t kWindow = 100;  // code points of a source line that are shown

auto place(const Position& position) {
    return std::tuple(position.file, position.line, position.column);
}

std::string_view text_of(const Source& source) {
    std::string_view text = source.text;
    if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
    return text;
}

bool continues(char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

bool ends_line(char c) {
    return c == '\n' || c == '\r';
}

// What stands before `at` on its line, at most `most` code points of it.
std::string_view before(std::string_view text, std::size_t at, std::size_t most) {
    std::size_t begin = at;
    for (std::size_t n = 0; n < most && begin > 0 && !ends_line(text[begin - 1]); ++n) {
        --begin;
        while (begin > 0 && continues(text[begin]))
            --begin;
    }
    return text.substr(begin, at - begin);
}

// The byte behind the first `most` code points.
std::size_t after_code_points(std::string_view text, std::size_t most) {
    std::size_t end = 0;
    for (std::size_t n = 0; n < most && end < text.size(); ++n) {
        ++end;
        while (end < text.size() && continues(text[end]))
            ++end;
    }
    return end;
}

// The rest of the line from `at`, at most `most` code points of it.
std::string_view after(std::string_view text, std::size_t at, std::size_t most) {
    text.remove_prefix(at);
    const std::string_view part = text.substr(0, after_code_points(text, most));
    return part.substr(0, part.find_first_of("\r\n"));
}

// Tabs become blanks, so that the caret stands under what it means; the rest is made visible.
std::string shown(std::string_view text) {
    std::string plain(text);
    std::ranges::replace(plain, '\t', ' ');
    return visible(plain);
}

// The line and a caret under the place; of a long line only the part around it.
std::string excerpt(std::string_view text, std::size_t offset, const Position& position) {
    const std::size_t reach = position.column > kWindow * 3 / 4 ? kWindow / 2 : kWindow;
    const std::string_view left = before(text, offset, reach);
    const std::string_view right = after(text, offset, kWindow - code_points(left));
    if (left.empty() && right.empty()) return {};
    const std::size_t begin = offset - left.size();
    const std::size_t end = offset + right.size();
    const std::string start = begin > 0 && !ends_line(text[begin - 1]) ? "… " : "";
    const std::string stop = end < text.size() && !ends_line(text[end]) ? " …" : "";
    const std::string shown_left = start + shown(left);
    const std::string number = fmt::format("{:>5}", position.line);
    return fmt::format("{} | {}{}{}\n{:>{}} | {:>{}}^\n", number, shown_left, shown(right), stop, "",
                       number.size(), "", code_points(shown_left));
}

std::string located(const Position& position, const std::vector<Source>& sources, std::string_view message) {
    return fmt::format("{}:{}:{}: {}\n", visible(sources[position.file].name), position.line, position.column,
                       message);
}

}  // namespace

void Diagnostics::add(Position position, std::string message, std::string hint,
                      std::vector<std::pair<Position, std::string>> related) {
    if (list_.size() >= kMost) {
        ++dropped_;
        return;
    }
    list_.push_back({position, std::move(message), std::move(hint), std::move(related)});
}

void Diagnostics::append(Diagnostics later) {
    const std::size_t room = std::min(kMost - list_.size(), later.list_.size());
    const auto end = later.list_.begin() + static_cast<std::ptrdiff_t>(room);
    list_.insert(list_.end(), std::move_iterator(later.list_.begin()), std::move_iterator(end));
    dropped_ += later.list_.size() - room + later.dropped_;
}

bool Diagnostics::full() const {
    return list_.size() >= kMost;
}

std::vector<Diagnostic> Diagnostics::take(const std::vector<Source>& sources) {
    std::ranges::stable_sort(list_, {},
                             [](const Diagnostic& diagnostic) { return place(diagnostic.position); });
    std::optional<LineCursor> cursor;
    for (std::size_t i = 0; i < list_.size(); ++i) {
        const Position& position = list_[i].position;
        const bool next_file = i == 0 || position.file != list_[i - 1].position.file;
        if (next_file) cursor.emplace(text_of(sources[position.file]));
        list_[i].offset = cursor->byte_of(position.line, position.column);
    }
    if (dropped_ > 0) {
        Diagnostic rest = list_.back();
        rest.message = fmt::format("and {} more faults after the first {}", dropped_, kMost);
        rest.hint.clear();
        rest.related.clear();
        list_.push_back(std::move(rest));
    }
    return std::move(list_);
}

std::string backquoted(std::string_view text) {
    constexpr std::size_t kMostShown = 80;  // code points
    const std::size_t end = after_code_points(text, kMostShown);
    return fmt::format("`{}{}`", text.substr(0, end), end < text.size() ? "…" : "");
}

std::string format_diagnostic(const Diagnostic& diagnostic, const std::vector<Source>& sources) {
    const Position& position = diagnostic.position;
    // The message quotes what is there, too.
    if (!sources[position.file].quotable)
        return located(position, sources, "an error; the file is not yours, so that nothing of it is shown");
    std::string result = located(position, sources, visible(diagnostic.message));
    const std::string_view text = text_of(sources[position.file]);
    std::size_t offset = diagnostic.offset;
    if (offset > text.size()) offset = LineCursor(text).byte_of(position.line, position.column);
    result += excerpt(text, offset, position);
    if (!diagnostic.hint.empty()) result += fmt::format("  next: {}\n", visible(diagnostic.hint));
    for (const auto& [other, message] : diagnostic.related) {
        result += "  " + located(other, sources, visible(message));
    }
    return result;
}

}  // namespace tlm
