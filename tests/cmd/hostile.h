#pragma once

#include <array>
#include <random>
#include <string>

namespace tlm::test {

// Every hostile text holds this, so that it is found wherever it comes out.
inline constexpr std::string_view kMark = "zq9";

// What breaks out of Markdown or HTML, or is made a link or a mention of, or turns what a terminal shows.
inline const std::array kNasty = {
    std::string("`"),
    std::string("``"),
    std::string("```"),
    std::string("~~~"),
    std::string(40, '`'),
    std::string("\n"),
    std::string("\n\n"),
    std::string("\r\n"),
    std::string("\n```\n"),
    std::string("\n/close\n"),
    std::string("|"),
    std::string("\n|---|\n"),
    std::string("\\"),
    std::string("\\`"),
    std::string(" "),
    std::string("</details>"),
    std::string("</summary>"),
    std::string("</code>"),
    std::string("<!--"),
    std::string("-->"),
    std::string("<script>alert(1)</script>"),
    std::string("<img src=x onerror=alert(1)>"),
    std::string("&lt;b&gt;"),
    std::string("@everyone"),
    std::string(" @octocat "),
    std::string(" #1 "),
    std::string("GH-1"),
    std::string(" owner/repo#12 "),
    std::string("![](http://evil.example/x.png)"),
    std::string("[x](javascript:alert(1))"),
    std::string("<https://evil.example>"),
    std::string(" www.evil.example "),
    std::string(" https://evil.example/ "),
    std::string(" a@evil.example "),
    std::string(" 0123456789abcdef0123456789abcdef01234567 "),
    std::string("\xE2\x80\xAE"),  // RTL override
    std::string("\xE2\x80\x8B"),
    std::string("\xEF\xBB\xBF"),
    std::string(1, '\0'),
    std::string("\x1b[31m"),
    std::string("\xFF"),
    std::string("\n# heading\n"),
    std::string("\n> [!CAUTION]\n"),
    std::string("\n***\n"),
    std::string("$`x`$"),
    std::string("$$"),
    std::string(":smile:"),
    std::string("\t"),
    std::string("- [ ] "),
    std::string("漢字"),
    std::string("e\xCC\x81"),
    std::string("<details>"),
    std::string("\n\n    indented\n"),
};

inline std::string hostile(std::mt19937& random) {
    std::string text;
    const std::size_t pieces = 1 + random() % 5;
    for (std::size_t i = 0; i < pieces; ++i)
        text += kNasty[random() % kNasty.size()];
    return text.insert(random() % (text.size() + 1), kMark);
}

}  // namespace tlm::test
