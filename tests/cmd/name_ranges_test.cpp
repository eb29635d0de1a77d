#include "cmd/render/name_ranges.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "engine/base/text.h"
#include "engine/resource/address.h"
#include "tests/cmd/hostile.h"
#include "tests/cmd/range_reader.h"
#include "tests/support/sanitized.h"

namespace tlm::cmd {
namespace {

using testing::ElementsAre;

std::vector<std::string> texts(const std::vector<std::string>& names) {
    std::vector<std::string> result;
    for (const NameRange& range : name_ranges(names))
        result.push_back(range.text);
    return result;
}

std::vector<std::string> numbered(std::string_view pattern, int first, int last) {
    std::vector<std::string> names;
    for (int i = first; i <= last; ++i)
        names.push_back(fmt::format(fmt::runtime(pattern), i));
    return names;
}

TEST(NameRanges, NumbersInARowAreOneRange) {
    EXPECT_THAT(texts(numbered("a{:04}", 1, 500)), ElementsAre("a[0001-0500]"));
    EXPECT_THAT(texts(numbered("a{}", 8, 120)), ElementsAre("a[8-120]"));
    EXPECT_THAT(texts(numbered("node-{}-eu", 0, 3)), ElementsAre("node-[0-3]-eu"));
    EXPECT_THAT(texts({"a1", "a3", "a4", "a5", "b"}), ElementsAre("a[1,3-5]", "b"));
    EXPECT_THAT(texts({"one"}), ElementsAre("one"));
    EXPECT_THAT(texts({}), ElementsAre());
}

TEST(NameRanges, AGapIsNeverBridged) {
    auto names = numbered("a{:03}", 1, 100);
    std::erase(names, "a050");
    EXPECT_THAT(texts(names), ElementsAre("a[001-049,051-100]"));
}

TEST(NameRanges, WithAndWithoutZeros_AreNotMixedUp) {
    EXPECT_THAT(texts({"a1", "a2", "a01", "a02"}), ElementsAre("a[1-2,01-02]"));
    EXPECT_THAT(texts({"a9", "a10", "a09"}), ElementsAre("a[9,09-10]"));
    EXPECT_THAT(texts({"a98", "a99", "a100"}), ElementsAre("a[98-100]"));
    EXPECT_THAT(texts({"a098", "a099", "a100"}), ElementsAre("a[098-100]"));
    EXPECT_THAT(texts({"a08", "a09", "a10", "a99", "a100"}), ElementsAre("a[08-10,99-100]"));
    auto to_hundred = numbered("a{:02}", 8, 100);
    EXPECT_THAT(texts(to_hundred), ElementsAre("a[08-99,100]")) << "100 has no zeros, 08 has";
}

TEST(NameRanges, OfSeveralNumbers_EveryCombinationIsMeant) {
    std::vector<std::string> names;
    for (int team = 1; team <= 20; ++team) {
        for (int agent = 0; agent < 50; ++agent)
            names.push_back(fmt::format("team-{:02}/agent-{:03}", team, agent));
    }
    EXPECT_THAT(texts(names), ElementsAre("team-[01-20]/agent-[000-049]"));
    names.pop_back();
    const auto ranges = name_ranges(names);
    ASSERT_EQ(ranges.size(), 2U);
    EXPECT_EQ(ranges[0].text, "team-[01-19]/agent-[000-049]");
    EXPECT_EQ(ranges[0].names, 950U);
    EXPECT_EQ(ranges[1].text, "team-20/agent-[000-048]");
    EXPECT_EQ(ranges[1].first, "team-20/agent-000");
    EXPECT_EQ(ranges[1].last, "team-20/agent-048");
}

TEST(NameRanges, WhatLooksLikeARange_IsWrittenAsAnAddressCan) {
    const Address odd = Address::agent("w", " a[1-3],b ");
    const std::vector<std::string> written = texts({odd.name});
    EXPECT_THAT(written, ElementsAre("%20a%5B1-3%5D%2Cb%20"));
    EXPECT_EQ(Address::parse("w/agent/" + written.front()).value(), odd);
    // Digits of an escape are no number.
    EXPECT_THAT(texts({"a%2F", "a%3F"}), ElementsAre("a%2F", "a%3F"));
}

// Names as fleets have them, and as nobody should have them.
std::vector<std::string> some_names(std::mt19937& random) {
    std::vector<std::string> names;
    const std::size_t families = 1 + random() % 4;
    for (std::size_t family = 0; family < families; ++family) {
        const std::string before = random() % 4 == 0 ? test::hostile(random) : std::string("agent-");
        const std::string after = random() % 3 == 0 ? "-eu" : "";
        const std::size_t width = random() % 5;
        const unsigned most = random() % 3 == 0 ? 1200 : 30;
        const std::size_t count = random() % 200;
        for (std::size_t i = 0; i < count; ++i) {
            std::string name = fmt::format("{}{:0{}}{}", before, random() % most, width, after);
            if (random() % 10 == 0) name += fmt::format("x{}", random() % 12);
            names.push_back(visible(Address::agent("", name).text().substr(7)));
        }
    }
    if (random() % 3 != 0) {
        std::ranges::sort(names);
        names.erase(std::unique(names.begin(), names.end()), names.end());
    }
    return names;
}

TEST(NameRanges, OfAnything_MeanTheSameNamesAsOften) {
    std::mt19937 random(11);
    for (int i = 0; i < (test::kSanitized ? 300 : 1500) && !testing::Test::HasFailure(); ++i) {
        const std::vector<std::string> names = some_names(random);
        std::vector<std::string> meant;
        for (const NameRange& range : name_ranges(names)) {
            const auto some = test::names_of_range(range.text);
            EXPECT_EQ(some.size(), range.names) << range.text;
            EXPECT_THAT(some, testing::Contains(test::without_escapes(range.first))) << range.text;
            EXPECT_THAT(some, testing::Contains(test::without_escapes(range.last))) << range.text;
            meant.insert(meant.end(), some.begin(), some.end());
        }
        std::vector<std::string> given;
        for (const std::string& name : names)
            given.push_back(test::without_escapes(name));
        std::ranges::sort(given);
        std::ranges::sort(meant);
        EXPECT_EQ(meant, given);
    }
}

}  // namespace
}  // namespace tlm::cmd
