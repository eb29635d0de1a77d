#include "cmd/render/value_diff.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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

}  // namespace
}  // namespace tlm::cmd
