#pragma once

#include <string>
#include <string_view>

namespace tlm::cmd {

// Appends text as it stands in HTML and SVG, between tags or in a quoted attribute: nothing in it is markup,
// and what can't be seen, or may not stand in XML, is made visible.
void escape_to(std::string& out, std::string_view text);
[[nodiscard]] std::string escaped(std::string_view text);
// The same for text of several lines, which stay lines.
void put_lines(std::string& out, std::string_view text);

// The first part of a page, up to its <main>: one file that loads nothing from anywhere. Its
// Content-Security-Policy allows our own style and script, by their hashes, and nothing else.
[[nodiscard]] std::string page_begin(std::string_view title);
// The rest, from </main> on.
[[nodiscard]] std::string page_end();

}  // namespace tlm::cmd
