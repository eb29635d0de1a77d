#include "cmd/render/markdown.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "engine/base/text.h"

namespace tlm::cmd {
namespace {

// The fewest backticks, that stand nowhere in the text as a run of just that length.
std::string fence_for_span(std::string_view text) {
    std::set<std::size_t> runs;
    for (std::size_t i = 0; i < text.size();) {
        const std::size_t begin = text.find('`', i);
        if (begin == std::string_view::npos) break;
        i = std::min(text.find_first_not_of('`', begin), text.size());
        runs.insert(i - begin);
    }
    std::size_t n = 1;
    while (runs.contains(n))
        ++n;
    return std::string(n, '`');
}

// More backticks than any line begins with, the spaces before them not counted: only such a line ends a
// block.
std::string fence_for_block(std::string_view content) {
    std::size_t longest = 2;
    while (!content.empty()) {
        const std::string_view line = content.substr(0, content.find('\n'));
        const std::size_t begin = std::min(line.find_first_not_of(' '), line.size());
        const std::size_t end = std::min(line.find_first_not_of('`', begin), line.size());
        longest = std::max(longest, end - begin);
        content.remove_prefix(std::min(line.size() + 1, content.size()));
    }
    return std::string(longest + 1, '`');
}

}  // namespace

std::string code_span(std::string_view text) {
    const std::string shown = text.empty() ? "(empty)" : visible(text);
    const std::string fence = fence_for_span(shown);
    const auto at_edge = [&](char c) { return shown.front() == c || shown.back() == c; };
    // One space at both ends is taken away by the reader; without it a backtick there would join the fence.
    const std::string_view pad = at_edge('`') || at_edge(' ') ? " " : "";
    return fmt::format("{}{}{}{}{}", fence, pad, shown, pad, fence);
}

std::string html_code(std::string_view text) {
    std::string html = "<code>";
    for (const char c : visible(text)) {
        switch (c) {
            case '&':
                html += "&amp;";
                break;
            case '<':
                html += "&lt;";
                break;
            case '>':
                html += "&gt;";
                break;
            case '"':
                html += "&quot;";
                break;
            default:
                html += c;
        }
    }
    return html + "</code>";
}

std::string code_block(std::string_view language, std::string_view content) {
    const std::string fence = fence_for_block(content);
    return fmt::format("{}{}\n{}{}\n", fence, language, content, fence);
}

std::string folded(std::string_view summary_html, std::string_view content) {
    // The empty lines let the content be read as Markdown again.
    return fmt::format("<details><summary>{}</summary>\n\n{}\n</details>\n", summary_html, content);
}

}  // namespace tlm::cmd
