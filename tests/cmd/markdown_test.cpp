#include "cmd/render/markdown.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/base/text.h"
#include "tests/cmd/hostile.h"
#include "tests/cmd/markdown_reader.h"

namespace tlm::cmd {
namespace {

using test::read_markdown;
using test::ReadMarkdown;
using testing::ElementsAre;
using testing::IsEmpty;

TEST(CodeSpan, WhateverIsInIt_ReadsBackAsOneSpanOfTheVisibleText) {
    std::mt19937 random(1);
    for (int i = 0; i < 2000; ++i) {
        const std::string text = test::hostile(random);
        const ReadMarkdown read = read_markdown("- **delete** " + code_span(text) + " (why)\n");
        ASSERT_THAT(read.code, ElementsAre(visible(text))) << text;
        ASSERT_THAT(read.text, ElementsAre("delete", " ", " (why)"));
        ASSERT_THAT(read.links, IsEmpty());
    }
}

TEST(CodeSpan, OfNothing_SaysSo) {
    EXPECT_EQ(code_span(""), "`(empty)`");
}

TEST(CodeSpan, OfALongRunOfBackticks_StaysShort) {
    EXPECT_LT(code_span(std::string(10'000, '`')).size(), 10'010U);
}

TEST(CodeBlock, WhateverIsInIt_EndsWhereItShould) {
    std::mt19937 random(2);
    for (int i = 0; i < 2000; ++i) {
        const std::string text = test::hostile(random);
        // Raw on purpose, line ends and all: only what ends a block is the matter here.
        std::string content = (i % 2 == 0 ? "  " : "") + text + "\n";
        std::erase(content, '\0');
        std::erase(content, '\r');
        const ReadMarkdown read = read_markdown(code_block("diff", content) + "\nafter\n");
        ASSERT_EQ(read.code.size(), 1U) << text;
        ASSERT_THAT(read.text, ElementsAre("after"));
        ASSERT_THAT(read.html, IsEmpty());
    }
}

TEST(HtmlCode, HoldsNoTagAndNoEntityButItsOwn) {
    EXPECT_EQ(html_code("<b>&amp;\"\x1b"), "<code>&lt;b&gt;&amp;amp;&quot;\\x1b</code>");
}

TEST(Folded, ItsContentIsReadAsMarkdown) {
    const ReadMarkdown read = read_markdown(folded(html_code("wf") + ": 1", "- `x`\n"));
    EXPECT_THAT(read.html, ElementsAre("<details><summary><code>wf</code>: 1</summary>\n", "</details>\n"));
    EXPECT_THAT(read.code, ElementsAre("x"));
}

}  // namespace
}  // namespace tlm::cmd
