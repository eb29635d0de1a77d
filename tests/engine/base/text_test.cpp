#include "engine/base/text.h"

#include <gtest/gtest.h>

namespace tlm {
namespace {

TEST(Visible, LeavesTextAloneAndShowsWhatATerminalWouldObey) {
    EXPECT_EQ(visible("naïve ✓ 日本"), "naïve ✓ 日本");
    EXPECT_EQ(visible("a\x1b[31mb\n\t\x7f"), "a\\x1b[31mb\\n\\t\\x7f");
    EXPECT_EQ(visible("\xE2\x80\xAE"
                      "evil"),
              "\\u202eevil");
    EXPECT_EQ(visible(std::string_view("\0x", 2)), "\\x00x");
    EXPECT_EQ(visible("\xC3("), "\\xc3(");
    EXPECT_EQ(visible("\xC2\x9B"), "\\u009b");
    EXPECT_EQ(visible("a\u00a0b\u2800\U000e00411"), "a\\u00a0b\\u2800\\U000e00411");
}

TEST(ValidUtf8, RefusesOverlongSurrogatesAndCutSequences) {
    EXPECT_TRUE(valid_utf8("é✓😀"));
    for (const char* text : {"\xC0\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE2\x82", "\x80", "\xFF"}) {
        EXPECT_FALSE(valid_utf8(text));
    }
}

TEST(WellFormedBytes, CountToTheFirstByteThatIsWrongWhereverItStands) {
    for (std::size_t at = 0; at < 100; ++at) {
        std::string text(100, 'x');
        text.replace(at, 1, "é");
        EXPECT_EQ(well_formed_bytes(text), 101U) << at;
        text.resize(at + 1);
        EXPECT_EQ(well_formed_bytes(text), at);
        text.append(100, 'x');
        EXPECT_EQ(well_formed_bytes(text), at);
    }
}

TEST(VisibleJson, EscapesWhatATerminalObeysAndMeansTheSame) {
    EXPECT_EQ(visible_json("[\"caf\u00e9 \u202e\x7f\u0085\U000e0041\"]"),
              "[\"caf\u00e9 \\u202e\\u007f\\u0085\\udb40\\udc41\"]");
}

TEST(VisibleJson, EscapesWhatIsBlankToo_ButNotByTheRuleOfVersion1) {
    EXPECT_EQ(visible_json("\"\u2800\u00a0\u200b\U0001d159\""), "\"\\u2800\\u00a0\\u200b\\ud834\\udd59\"");
    EXPECT_EQ(visible_json_version_1("\"\u2800\u00a0\u200b\""), "\"\u2800\u00a0\\u200b\"");
}

TEST(Nearest, FindsTheWordThatWasMeantAndNothingFarOff) {
    const std::vector<std::string> words = {"blocked_by", "subject", "assign_to"};
    EXPECT_EQ(nearest("blockd_by", words), "blocked_by");
    EXPECT_EQ(nearest("subjetc", words), "subject");
    EXPECT_EQ(nearest("zebra", words), std::nullopt);
    EXPECT_EQ(nearest("", words), std::nullopt);
}

TEST(Nearest, CountsSwapsAsOneAndStopsAtAThirdOfTheLength) {
    const auto near = [](const char* word, const char* candidate) {
        return nearest(word, std::vector<std::string>{candidate}).has_value();
    };
    EXPECT_TRUE(near("ba", "ab"));
    EXPECT_TRUE(near("abcdef", "abcd"));
    EXPECT_FALSE(near("abcdef", "abc"));
    EXPECT_TRUE(near("xbcdey", "abcdef"));
    EXPECT_FALSE(near("xbcyez", "abcdef"));
    EXPECT_TRUE(near("badcef", "abcdef"));
    EXPECT_FALSE(near("badcfe", "abcdef"));
}

TEST(Nearest, OfEquallyNearWordsTakesTheFirst) {
    EXPECT_EQ(nearest("agent", std::vector<std::string>{"agent1", "agent2"}), "agent1");
    EXPECT_EQ(nearest("agent2", std::vector<std::string>{"agent1", "agent2"}), "agent2");
}

TEST(CodePoints, CountsCharactersAndNotBytes) {
    EXPECT_EQ(code_points("é✓a"), 3U);
}

}  // namespace
}  // namespace tlm
