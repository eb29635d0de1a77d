#include "cmd/render/value_diff.h"

#include <fmt/format.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cmd/render/shortened.h"
#include "engine/base/text.h"

#include <random>

#include "engine/base/text.h"

namespace tlm::cmd {
namespace {

using testing::ElementsAre;

std::string mark(const DiffLine& line) {
    switch (line.kind) {
        case DiffLine::Kind::same:
            return "  " + line.text;
        case DiffLine::Kind::removed:
            return "- " + line.text;
        case DiffLine::Kind::added:
            return "+ " + line.text;
        case DiffLine::Kind::skipped:
            break;
    }
    return "… " + std::to_string(line.count);
}

std::vector<std::string> diff(Attribute attribute, std::optional<Value> before, std::optional<Value> after) {
    std::vector<std::string> lines;
    for (const DiffLine& line : value_diff({attribute, std::move(before), std::move(after)}))
        lines.push_back(mark(line));
    return lines;
}

std::vector<std::string> texts(const std::string& before, const std::string& after) {
    return diff(Attribute::description, before, after);
}

TEST(ValueDiff, OfTexts_ShowsWhatDiffersWithTwoLinesAroundItAndCountsTheRest) {
    EXPECT_THAT(texts("1\n2\n3\n4\n5\n6\n7\n8\n9", "1\n2\n3\n4\nfive\n6\n7\n8\n9"),
                ElementsAre("… 2", "  3", "  4", "- 5", "+ five", "  6", "  7", "… 2"));
    EXPECT_THAT(texts("a\nb\nc", "a\nc\nd"), ElementsAre("  a", "- b", "  c", "+ d"));
}

TEST(ValueDiff, ASingleUnchangedLineIsShownRatherThanCounted) {
    EXPECT_THAT(texts("1\n2\n3\nx", "1\n2\n3\ny"), ElementsAre("  1", "  2", "  3", "- x", "+ y"));
}

TEST(ValueDiff, WhatNobodySees_IsMadeVisible) {
    EXPECT_THAT(texts("a\nb", "a \nb\r"), ElementsAre("- a", "- b", "+ a\\x20", "+ b\\r"));
    EXPECT_THAT(texts("a\nb", "a\n\x1b[31mb"), ElementsAre("  a", "- b", "+ \\x1b[31mb"));
    EXPECT_THAT(texts("a\nb", "a\nb\n"), ElementsAre("  a", "  b", "+ "));
}

TEST(ValueDiff, OfOneLine_QuotesIt) {
    EXPECT_THAT(texts("old", "new"), ElementsAre("- \"old\"", "+ \"new\""));
}

TEST(ValueDiff, OfAListInOrder_ShowsElementsAndCountsTheOthersInTheirPlace) {
    EXPECT_THAT(diff(Attribute::program_args, StringList{"a", "b", "c", "d"}, StringList{"a", "c", "d", "e"}),
                ElementsAre("… 1", "- \"b\"", "… 2", "+ \"e\""));
}

TEST(ValueDiff, OfASet_IgnoresTheOrder) {
    EXPECT_THAT(diff(Attribute::members, StringList{"c", "b", "a"}, StringList{"d", "a", "b"}),
                ElementsAre("- \"c\"", "+ \"d\"", "… 2"));
}

TEST(ValueDiff, OfAnAbsentValue_HasOnlyTheOther) {
    EXPECT_THAT(diff(Attribute::description, std::nullopt, std::string("a\nb")), ElementsAre("+ a", "+ b"));
    EXPECT_THAT(diff(Attribute::members, StringList{"a"}, std::nullopt), ElementsAre("- \"a\""));
}

// The old lines are those that are not added, the new ones those that are not removed.
TEST(ValueDiff, OfAnyTwoTexts_HoldsBoth) {
    std::mt19937 random(4);
    const auto text = [&] {
        StringList lines(random() % 12);
        for (std::string& line : lines)
            line = std::string(1, static_cast<char>('a' + random() % 4));
        return lines;
    };
    for (int i = 0; i < 2000; ++i) {
        const StringList before = text();
        const StringList after = text();
        std::size_t old_size = 0;
        std::size_t new_size = 0;
        for (const DiffLine& line : value_diff({Attribute::program_args, before, after})) {
            if (line.kind == DiffLine::Kind::removed) {
                ASSERT_EQ(line.text, value_to_json(before.at(old_size)));
            }
            if (line.kind == DiffLine::Kind::added) {
                ASSERT_EQ(line.text, value_to_json(after.at(new_size)));
            }
            const std::size_t n = line.kind == DiffLine::Kind::skipped ? line.count : 1;
            if (line.kind != DiffLine::Kind::added) old_size += n;
            if (line.kind != DiffLine::Kind::removed) new_size += n;
        }
        EXPECT_EQ(old_size, before.size());
        EXPECT_EQ(new_size, after.size());
    }
}

TEST(ValueDiff, OfHugeTextsThatDifferEverywhere_ShowsAllOldAndAllNewLines) {
    std::string before = "same\n";
    std::string after = "same\n";
    for (int i = 0; i < 20'000; ++i) {
        before += "old " + std::to_string(i) + "\n";
        after += "new " + std::to_string(i) + "\n";
    }
    const auto lines = texts(before, after);
    ASSERT_EQ(lines.size(), 40'002U);
    EXPECT_EQ(lines[1], "- old 0");
    EXPECT_EQ(lines[20'001], "+ new 0");
}

TEST(ValueDiff, OfHugeTextsThatDifferInOneLine_IsExact) {
    std::string before;
    for (int i = 0; i < 100'000; ++i)
        before += std::to_string(i) + "\n";
    std::string after = before;
    after.replace(after.find("\n50000\n") + 1, 5, "fifty");
    EXPECT_THAT(texts(before, after), ElementsAre("… 49998", "  49998", "  49999", "- 50000", "+ fifty",
                                                  "  50001", "  50002", "… 49998"));
}

std::string words(int from, int to) {
    std::string text;
    for (int i = from; i < to; ++i)
        text += "word" + std::to_string(i) + " ";
    return text;
}

TEST(DifferingWindows, OfShortTexts_AreTheTexts) {
    const Windows windows = differing_windows("a", "b", 600);
    EXPECT_EQ(windows.before, "a");
    EXPECT_EQ(windows.after, "b");
}

TEST(DifferingWindows, OfADifferenceBehindThousandsOfBytes_ShowItWithBothSizesAndHashes) {
    const std::string start = words(0, 650);
    const std::string before = start + "be kind" + words(650, 900);
    const std::string after = start + "rm -rf ~" + words(650, 900);
    ASSERT_GT(start.size(), 4'990U);
    const Windows windows = differing_windows(before, after, 600);
    EXPECT_LT(windows.after.size(), 700U);
    EXPECT_NE(windows.before.find("be kind"), std::string::npos) << windows.before;
    EXPECT_NE(windows.after.find("rm -rf ~"), std::string::npos) << windows.after;
    EXPECT_NE(windows.after.find(" bytes the same)…"), std::string::npos) << windows.after;
    EXPECT_TRUE(
        windows.before.ends_with(fmt::format(" ({} bytes; sha256 {})", before.size(), short_hash(before))))
        << windows.before;
    EXPECT_TRUE(
        windows.after.ends_with(fmt::format(" ({} bytes; sha256 {})", after.size(), short_hash(after))));
}

TEST(DifferingWindows, OfSeveralDifferencesFarApart_ShowEachOfThemAlsoWhereALargeOneComesFirst) {
    const std::string before = "first " + words(0, 3000) + "middle " + words(3000, 9000) + "last";
    const std::string after = std::string(900, 'x') + words(0, 3000) + "evil " + words(3000, 9000) + "end";
    const Windows windows = differing_windows(before, after, 600);
    EXPECT_LT(windows.after.size(), 1'500U);
    EXPECT_NE(windows.after.find("xxxx"), std::string::npos) << windows.after;
    EXPECT_NE(windows.after.find("evil"), std::string::npos) << windows.after;
    EXPECT_NE(windows.before.find("middle"), std::string::npos) << windows.before;
}

TEST(DifferingWindows, OfTextWithoutSpacesAndOfManyBytesACharacter_ShowTheDifferenceAndStayWellFormed) {
    std::string before;
    for (int i = 0; i < 3000; ++i)
        before += i % 7 == 0 ? "漢" : i % 5 == 0 ? "é" : std::to_string(i % 10);
    std::string after = before;
    after.insert(before.find("漢", 4000), "語NEW");
    const Windows windows = differing_windows(before, after, 300);
    EXPECT_NE(windows.after.find("語NEW"), std::string::npos) << windows.after;
    EXPECT_TRUE(valid_utf8(windows.before));
    EXPECT_TRUE(valid_utf8(windows.after));
}

TEST(DifferingWindows, OfTextsThatHaveNothingInCommon_AreBoundedAndSayHowMuchIsMissing) {
    const Windows windows = differing_windows(std::string(100'000, 'a'), std::string(90'000, 'b'), 600);
    EXPECT_LT(windows.before.size(), 800U);
    EXPECT_NE(windows.before.find("…(+"), std::string::npos) << windows.before;
    EXPECT_NE(windows.before.find("(100000 bytes; sha256 "), std::string::npos) << windows.before;
}

TEST(Shortened, SaysHowMuchIsMissingAndTellsTwoTextsApart) {
    const std::string one = std::string(500, 'x') + "1";
    const std::string other = std::string(500, 'x') + "2";
    EXPECT_EQ(shortened("short", 5), "short");
    const std::string shown = shortened(one, 100);
    EXPECT_LE(shown.size(), 100U);
    EXPECT_NE(shown.find("…(+"), std::string::npos) << shown;
    EXPECT_NE(shown, shortened(other, 100));
    EXPECT_TRUE(valid_utf8(shortened("漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字", 60)));
}

}  // namespace
}  // namespace tlm::cmd
