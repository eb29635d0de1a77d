#include "cmd/render/columns.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

#include "engine/base/text.h"
#include "tests/cmd/hostile.h"

namespace tlm::cmd {
namespace {

using testing::ElementsAre;

TEST(Columns, WideCharactersTakeTwoAndCombiningOnesNone) {
    EXPECT_EQ(columns("abc"), 3U);
    EXPECT_EQ(columns("漢字"), 4U);
    EXPECT_EQ(columns("e\xCC\x81t\xC3\xA9"), 3U);
    EXPECT_EQ(columns("🙂"), 2U);
}

TEST(CutTo, EndsAtAWordOrElseAtACharacterThatFits) {
    EXPECT_EQ(cut_to("fits", 4), "fits");
    EXPECT_EQ(cut_to("whatever it is", 0), "whatever it is");
    EXPECT_EQ(cut_to("one two three four", 12), "one two…");
    EXPECT_EQ(cut_to("a verylongwordwithoutend", 12), "a verylongw…");
    EXPECT_EQ(cut_to("漢字漢字", 6), "漢字…");
    EXPECT_EQ(cut_to("e\xCC\x81xyz", 3), "e\xCC\x81x…");
}

TEST(Wrap, BreaksAtWordsAndInsideOneOnlyWhereItIsLongerThanALine) {
    EXPECT_THAT(wrap("one two three", 8), ElementsAre("one two ", "three"));
    EXPECT_THAT(wrap("abcdefghij", 4), ElementsAre("abcd", "efgh", "ij"));
    EXPECT_THAT(wrap("漢字漢字", 5), ElementsAre("漢字", "漢字"));
    EXPECT_THAT(wrap("one two", 0), ElementsAre("one two"));
}

TEST(Wrap, OfAnything_LosesNothingAndFits) {
    std::mt19937 random(3);
    for (int i = 0; i < 2000; ++i) {
        const std::string text = visible(test::hostile(random) + test::hostile(random));
        const std::size_t width = 2 + random() % 30;
        const auto lines = wrap(text, width);
        EXPECT_EQ(std::accumulate(lines.begin(), lines.end(), std::string()), text);
        for (const std::string& line : lines) {
            EXPECT_LE(columns(line), width) << line;
            EXPECT_TRUE(valid_utf8(line));
        }
        EXPECT_LE(columns(cut_to(text, width)), width);
        EXPECT_TRUE(valid_utf8(cut_to(text, width)));
    }
}

}  // namespace
}  // namespace tlm::cmd
