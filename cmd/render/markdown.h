#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tlm::cmd {

// Markdown as GitHub and GitLab read it. Both turn what looks like a mention, an issue, a commit or an
// address of the web into a link wherever it stands in plain text, however it is escaped. So text that others
// wrote only ever goes into code, of one of these three kinds, where nothing is looked for.

// What a comment may hold: GitHub takes 65,536 characters. It is kept in bytes, which are never fewer, and
// leaves room for what a pipeline puts around it.
inline constexpr std::size_t kMostMarkdown = 65'000;

// Bytes of a name that are shown, whoever chose it.
inline constexpr std::size_t kLongestName = 300;

// A code span, for a paragraph or a list; not for a table. Control characters become visible.
[[nodiscard]] std::string code_span(std::string_view text);

// The same as HTML, for places in which Markdown is not read, such as <summary>.
[[nodiscard]] std::string html_code(std::string_view text);

// A code block of lines that are visible already. `content` ends with a newline or is empty.
[[nodiscard]] std::string code_block(std::string_view language, std::string_view content);

// A part that is folded until somebody opens it. `summary_html` is taken as it is.
[[nodiscard]] std::string folded(std::string_view summary_html, std::string_view content);

}  // namespace tlm::cmd
