#include "engine/workflow/diagnostics.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <tuple>

#include "engine/base/text.h"

namespace tlm {
namespace {

constexpr std::size_t kMost = 1000;
constexpr std::size_t kWindow = 100;  // code points of a source line that are shown

auto place(const Position& position) {
    return std::tuple(position.file, position.line, position.column);
}

std::string_view line_of(std::string_view text, std::size_t line) {
    constexpr std::string_view kMark = "\xEF\xBB\xBF";
    if (text.starts_with(kMark)) text.remove_prefix(kMark.size());
    for (std::size_t i = 1; i < line; ++i) {
        const std::size_t end = text.find('\n');
        if (end == std::string_view::npos) return {};
        text.remove_prefix(end + 1);
    }
    text = text.substr(0, text.find('\n'));
    if (text.ends_with('\r')) text.remove_suffix(1);
    return text;
}

// Byte offset of the n-th code point, counted from 0.
std::size_t offset_of(std::string_view text, std::size_t n) {
    std::size_t at = 0;
    while (at < text.size() && n > 0) {
        ++at;
        while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U)
            ++at;
        --n;
    }
    return at;
}

// Tabs become blanks, so that the caret stands under what it means; the rest is made visible.
std::string shown(std::string_view text) {
    std::string plain(text);
    std::ranges::replace(plain, '\t', ' ');
    return visible(plain);
}

// The line and a caret under the column; of a long line only the part around the column.
std::string excerpt(std::string_view line, std::size_t line_number, std::size_t column) {
    std::size_t first = 0;
    if (column > kWindow * 3 / 4) first = column - kWindow / 2;
    const std::string_view tail = line.substr(offset_of(line, first));
    const std::string_view part = tail.substr(0, offset_of(tail, kWindow));
    const std::string before = shown(part.substr(0, offset_of(part, column - 1 - first)));
    const std::string gutter = fmt::format("{:>5} | ", line_number);
    const std::string dots = first > 0 ? "… " : "";
    return fmt::format("{}{}{}{}\n{:>5} | {}^\n", gutter, dots, shown(part),
                       part.size() < tail.size() ? " …" : "", "",
                       std::string(code_points(before) + (first > 0 ? 2 : 0), ' '));
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

bool Diagnostics::full() const {
    return list_.size() >= kMost;
}

std::vector<Diagnostic> Diagnostics::take() {
    std::ranges::stable_sort(list_, {},
                             [](const Diagnostic& diagnostic) { return place(diagnostic.position); });
    if (dropped_ > 0) {
        list_.push_back({list_.back().position,
                         fmt::format("and {} more faults after the first {}", dropped_, kMost),
                         "",
                         {}});
    }
    return std::move(list_);
}

std::string format_diagnostic(const Diagnostic& diagnostic, const std::vector<Source>& sources) {
    const Position& position = diagnostic.position;
    std::string text = located(position, sources, visible(diagnostic.message));
    const std::string_view line = line_of(sources[position.file].text, position.line);
    if (!line.empty()) text += excerpt(line, position.line, position.column);
    if (!diagnostic.hint.empty()) text += fmt::format("  next: {}\n", visible(diagnostic.hint));
    for (const auto& [other, message] : diagnostic.related) {
        text += "  " + located(other, sources, visible(message));
    }
    return text;
}

}  // namespace tlm
