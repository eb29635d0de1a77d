#include "engine/base/unicode.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tlm {
namespace {

using ::testing::ElementsAre;

TEST(IsSeen, WhatNobodySeesOrWhatIsDrawnBlankIsNot) {
    for (const char32_t c : std::initializer_list<char32_t>{
             0x00,    0x1F,    0x7F,    0x85,    0xA0,    0xAD,     0x34F,   0x61C,   0x115F,  0x1160,
             0x1680,  0x17B4,  0x17B5,  0x180B,  0x180E,  0x2000,   0x200A,  0x200B,  0x200D,  0x2028,
             0x202E,  0x202F,  0x205F,  0x2060,  0x2065,  0x2069,   0x2800,  0x3000,  0x3164,  0xE000,
             0xFE0F,  0xFEFF,  0xFFA0,  0xFFF9,  0xFFFC,  0xFFFE,   0x16FE4, 0x1BCA0, 0x1D159, 0x1D173,
             0x1FFFF, 0xE0001, 0xE0041, 0xE0100, 0xF0000, 0x10FFFF, 0x13430, 0x13439, 0x1343F, 0x13455})
        EXPECT_FALSE(is_seen(c)) << std::hex << static_cast<unsigned>(c);
    for (const char32_t c : std::initializer_list<char32_t>{0x20, 0x41, 0xE9, 0x301, 0x3A9, 0x430, 0x5D0,
                                                            0x20E3, 0x2801, 0x4E2D, 0xFFFD, 0x1F600})
        EXPECT_TRUE(is_seen(c)) << std::hex << static_cast<unsigned>(c);
}

TEST(CodePointName, IsNumberAndName) {
    EXPECT_EQ(code_point_name(0x200B), "U+200B ZERO WIDTH SPACE");
    EXPECT_EQ(code_point_name(0xE000), "U+E000");
    EXPECT_EQ(code_point_name(0x1D159), "U+1D159 MUSICAL SYMBOL NULL NOTEHEAD");
}

TEST(FirstUnseen, WellFormedEmojiSequencesAreTaken) {
    for (const char* name : {"plain name", "caf\u00e9", "\u2764\ufe0f", "ship \U0001F680",
                             "\U0001F468\u200D\U0001F469\u200D\U0001F467", "\U0001F3F3\ufe0f\u200d\U0001F308",
                             "\U0001F937\U0001F3FD\u200d\u2640\ufe0f", "1\ufe0f\u20e3 first", "#\ufe0f\u20e3",
                             "\U0001F1E9\U0001F1EA", "\u00a9\ufe0f", "\u26f9\ufe0f\U0001F3FB",
                             "\U0001F3F4\U000E0067\U000E0062\U000E0073\U000E0063\U000E0074\U000E007F"})
        EXPECT_FALSE(first_unseen(name).has_value()) << name;
}

TEST(FirstUnseen, AnythingElseIsFoundWithItsPlace) {
    struct Case {
        const char* name;
        char32_t value;
        std::size_t offset;
    };
    const Case cases[] = {
        {"a\u200bb", 0x200B, 1},
        {"a\ufe0f", 0xFE0F, 1},
        {"1\ufe0f", 0xFE0F, 1},
        {"\U0001F680\ufe0f\ufe0f", 0xFE0F, 7},
        {"\U0001F680\u200d", 0x200D, 4},
        {"\U0001F680\u200dx", 0x200D, 4},
        {"x\u200d\U0001F680", 0x200D, 1},
        {"\U0001F3F4\U000E0067", 0xE0067, 4},
        {"\U0001F3F4\U000E007F", 0xE007F, 4},
        {"\U0001F680\U000E0067\U000E007F", 0xE0067, 4},
        {"two\nlines", '\n', 3},
        {"\u00a0", 0xA0, 0},
        {"\u2800", 0x2800, 0},
        {"\xFF", 0xFF, 0},
    };
    for (const Case& one : cases) {
        const auto found = first_unseen(one.name);
        ASSERT_TRUE(found.has_value()) << one.name;
        EXPECT_EQ(found->value, one.value) << one.name;
        EXPECT_EQ(found->offset, one.offset) << one.name;
    }
}

TEST(LookFolded, IsTheSameForWhatLooksAlike) {
    for (const char* other : {"CODER", "coder ", " Coder", "co\u200bder", "\uff43oder", "cod\u00ader"})
        EXPECT_EQ(look_folded(other), "coder") << other;
    EXPECT_EQ(look_folded("a  b"), look_folded("a\u00a0b"));
    EXPECT_EQ(look_folded("cafe\u0301"), look_folded("caf\u00c9"));
    EXPECT_EQ(look_folded("stra\u00dfe"), look_folded("STRASSE"));
    EXPECT_NE(look_folded("coder-1"), look_folded("coder-2"));
    EXPECT_NE(look_folded("\xFF"), look_folded("\xFE"));
}

TEST(MixedScripts, OfLatinWithCyrillicOrGreekAreNamedWithTheOddLetters) {
    const auto mixed = mixed_scripts("c\u043eder");
    ASSERT_TRUE(mixed.has_value());
    EXPECT_THAT(mixed->scripts, ElementsAre("Latin", "Cyrillic"));
    EXPECT_THAT(mixed->odd, ElementsAre(U'\u043e'));
    EXPECT_TRUE(mixed_scripts("\u0391dmin").has_value());
    EXPECT_TRUE(mixed_scripts("db-\u0430").has_value());
}

TEST(MixedScripts, OrdinaryWritingIsNotMixed) {
    for (const char* name : {"coder", "caf\u00e9-1", "\u043a\u043e\u0434\u0435\u0440", "\u6771\u4eacapi",
                             "\u30c6\u30b9\u30c8\u306e\u6771\u4eac", "\ud55c\uad6d\u6f22\u5b57",
                             "\u043f\u0440\u043e\u0432\u0435\u0440\u0438\u0442\u044c README.md", "\u00b5s"})
        EXPECT_FALSE(mixed_scripts(name).has_value()) << name;
}

}  // namespace
}  // namespace tlm
