#include "engine/base/redaction.h"

#include <gmock/gmock.h>

namespace tlm {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Redaction, EveryForm_IsReplaced) {
    const Redaction redaction(Secret(R"(p@ss"w\o/rd<&>%)"), "[KEY]");
    for (const char* text :
         {R"(a p@ss"w\o/rd<&>% b)", R"(a p@ss\"w\\o/rd<&>% b)", R"(a p@ss\"w\\o\/rd<&>% b)",
          R"(a p@ss\"w\\o/rd\u003c\u0026\u003e% b)", R"(a p@ss&quot;w\o/rd&lt;&amp;&gt;% b)",
          "a p%40ss%22w%5Co%2Frd%3C%26%3E%25 b"}) {
        EXPECT_TRUE(redaction.finds_in(text)) << text;
        EXPECT_EQ(redaction(text), "a [KEY] b") << text;
    }
    EXPECT_FALSE(redaction.finds_in("a p@ss b"));
    EXPECT_EQ(redaction("a p@ss b"), "a p@ss b");
}

// A long value is shown in part, with an ellipsis where it was cut.
TEST(Redaction, PartAtAnEllipsis_IsReplaced) {
    const std::string key = "sesame-4711-open";
    const Redaction redaction(Secret(key), "[KEY]");
    for (std::size_t size = 4; size < key.size(); ++size) {
        for (const std::string& blank : {std::string(), std::string(" ")}) {
            const std::string head = "a: " + key.substr(0, size) + blank + "… b";
            const std::string tail = "a: …" + blank + key.substr(key.size() - size) + " b";
            EXPECT_TRUE(redaction.finds_in(head)) << head;
            EXPECT_EQ(redaction(head), "a: [KEY]" + blank + "… b");
            EXPECT_EQ(redaction(tail + head), "a: …" + blank + "[KEY] ba: [KEY]" + blank + "… b");
        }
    }
    EXPECT_FALSE(redaction.finds_in("ses… sesame 4711 …pen"));
}

TEST(Redaction, NoSecret_IsNowhere) {
    const Redaction redaction(Secret(), "[KEY]");
    EXPECT_FALSE(redaction.finds_in("text…"));
    EXPECT_EQ(redaction("text…"), "text…");
}

}  // namespace
}  // namespace tlm
