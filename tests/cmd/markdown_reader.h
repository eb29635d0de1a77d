#pragma once

#include <string>
#include <vector>

namespace tlm::test {

// What a reader of GitHub's Markdown (cmark-gfm, with tables, links, strikethrough) makes of a text.
struct ReadMarkdown {
    std::vector<std::string> text;   // plain text, in which GitHub looks for mentions, issues and commits
    std::vector<std::string> code;   // code spans and code blocks
    std::vector<std::string> html;   // raw HTML, blocks and inline
    std::vector<std::string> links;  // addresses of links and images
    int headings = 0;
    int tables = 0;
};

[[nodiscard]] ReadMarkdown read_markdown(const std::string& markdown);

}  // namespace tlm::test
