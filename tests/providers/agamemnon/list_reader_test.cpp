#include "providers/agamemnon/list_reader.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tlm::agamemnon {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Page page(std::size_t first, std::size_t count, std::optional<std::size_t> total) {
    Page result;
    for (std::size_t i = first; i < first + count; ++i) {
        LiveResource item;
        item.id = {fmt::format("id-{}", i)};
        result.items.push_back(std::move(item));
    }
    result.total = total;
    return result;
}

TEST(AgamemnonList, AsksForTheOtherPagesOnceTheFirstToldTheTotal) {
    ListReader list(Kind::agent, "/v1/agents");
    EXPECT_THAT(list.next_pages(), ElementsAre(0));
    EXPECT_EQ(list.page_path(0), "/v1/agents?limit=1000&offset=0");
    EXPECT_THAT(list.next_pages(), IsEmpty());
    ASSERT_TRUE(list.take(0, page(0, 1000, 2500)).has_value());
    EXPECT_THAT(list.next_pages(), ElementsAre(999, 1998));
    ASSERT_TRUE(list.take(1998, page(1998, 502, 2500)).has_value());
    EXPECT_FALSE(list.complete());
    ASSERT_TRUE(list.take(999, page(999, 1000, 2500)).has_value());
    EXPECT_TRUE(list.complete());
    EXPECT_TRUE(list.consistent());
    EXPECT_EQ(list.items().size(), 2500U);
}

TEST(AgamemnonList, OnePageIsOneRequest) {
    ListReader list(Kind::agent, "/l");
    static_cast<void>(list.next_pages());
    ASSERT_TRUE(list.take(0, page(0, 1000, 1000)).has_value());
    EXPECT_THAT(list.next_pages(), IsEmpty());
    EXPECT_TRUE(list.complete());
    EXPECT_TRUE(list.consistent());
}

TEST(AgamemnonList, TakesThePageSizeThatTheServerReallyGives) {
    ListReader list(Kind::agent, "/l");
    static_cast<void>(list.next_pages());
    ASSERT_TRUE(list.take(0, page(0, 100, 250)).has_value());
    EXPECT_THAT(list.next_pages(), ElementsAre(99, 198));
}

TEST(AgamemnonList, PagesOfOneItem_AreReadToo) {
    ListReader list(Kind::agent, "/l");
    static_cast<void>(list.next_pages());
    ASSERT_TRUE(list.take(0, page(0, 1, 3)).has_value());
    EXPECT_THAT(list.next_pages(), ElementsAre(1, 2));
    ASSERT_TRUE(list.take(1, page(1, 1, 3)).has_value());
    ASSERT_TRUE(list.take(2, page(2, 1, 3)).has_value());
    EXPECT_TRUE(list.complete());
    EXPECT_TRUE(list.consistent());
}

TEST(AgamemnonList, EmptyListIsComplete) {
    ListReader list(Kind::agent, "/l");
    static_cast<void>(list.next_pages());
    ASSERT_TRUE(list.take(0, page(0, 0, 0)).has_value());
    EXPECT_THAT(list.next_pages(), IsEmpty());
    EXPECT_TRUE(list.complete());
    EXPECT_TRUE(list.consistent());
}

TEST(AgamemnonList, WithoutATotalItGoesOnUntilAShortPage) {
    ListReader list(Kind::agent, "/l");
    static_cast<void>(list.next_pages());
    ASSERT_TRUE(list.take(0, page(0, 3, std::nullopt)).has_value());
    EXPECT_THAT(list.next_pages(), ElementsAre(2));
    EXPECT_THAT(list.next_pages(), IsEmpty()) << "each is given out once";
    EXPECT_FALSE(list.complete());
    ASSERT_TRUE(list.take(2, page(2, 3, std::nullopt)).has_value());
    EXPECT_THAT(list.next_pages(), ElementsAre(4));
    ASSERT_TRUE(list.take(4, page(4, 1, std::nullopt)).has_value());
    EXPECT_THAT(list.next_pages(), IsEmpty());
    EXPECT_TRUE(list.complete());
    EXPECT_TRUE(list.consistent());
    EXPECT_EQ(list.items().size(), 5U);
}

// A list of four in pages of two, read while somebody changes it.
struct Shifted {
    std::vector<std::size_t> second;  // the items of the page at 1
    std::vector<std::size_t> third;   // and of that at 2
    std::size_t total = 4;
};

bool consistent(const Shifted& shifted) {
    const auto items = [&](const std::vector<std::size_t>& numbers) {
        Page result;
        for (const std::size_t i : numbers)
            result.items.push_back(page(i, 1, {}).items.front());
        result.total = shifted.total;
        return result;
    };
    ListReader list(Kind::agent, "/l");
    static_cast<void>(list.next_pages());
    EXPECT_TRUE(list.take(0, page(0, 2, 4)).has_value());
    EXPECT_THAT(list.next_pages(), ElementsAre(1, 2));
    EXPECT_TRUE(list.take(2, items(shifted.third)).has_value());
    EXPECT_TRUE(list.take(1, items(shifted.second)).has_value());
    EXPECT_TRUE(list.complete());
    return list.consistent();
}

TEST(AgamemnonList, WhatShiftsWhileItIsRead_IsInconsistent) {
    EXPECT_TRUE(consistent({{1, 2}, {2, 3}}));
    EXPECT_FALSE(consistent({{0, 1}, {1, 2}})) << "one was added before: seen twice, and one missed";
    EXPECT_FALSE(consistent({{2, 3}, {3}})) << "one was removed before";
    EXPECT_FALSE(consistent({{1, 2}, {2, 3}, 5})) << "the total moved";
    // Removed from the first page and another added behind: total and number of ids are right, and yet item 2
    // was missed.
    EXPECT_FALSE(consistent({{1, 7}, {3, 4}}));
    EXPECT_FALSE(consistent({{3, 4}, {4, 5}}));
}

TEST(AgamemnonList, TotalOutOfAllProportion_IsAnError) {
    ListReader list(Kind::agent, "/l");
    static_cast<void>(list.next_pages());
    EXPECT_FALSE(list.take(0, page(0, 1, 1'000'000'000)).has_value());
}

TEST(AgamemnonList, SamePageForEverWithoutATotal_EndsInconsistent) {
    ListReader list(Kind::agent, "/l");
    for (int i = 0; i < 2; ++i) {
        const auto offsets = list.next_pages();
        ASSERT_EQ(offsets.size(), 1U);
        ASSERT_TRUE(list.take(offsets[0], page(0, 3, std::nullopt)).has_value());
    }
    EXPECT_THAT(list.next_pages(), IsEmpty());
    EXPECT_TRUE(list.complete());
    EXPECT_FALSE(list.consistent());
}

TEST(AgamemnonList, LargeTotalInTinyPages_IsAnError) {
    ListReader list(Kind::agent, "/l");
    static_cast<void>(list.next_pages());
    EXPECT_FALSE(list.take(0, page(0, 1, 1'000'000)).has_value());
}

// AddressSanitizer tells whether more was read.
TEST(AgamemnonPage, CutWithinACharacter_IsReadToItsEndOnly) {
    std::string body = "{\"teams\":[{\"id\":\"\xE6";
    EXPECT_FALSE(read_page(Kind::team, body).has_value());
}

TEST(AgamemnonPage, BytesBehindANul_MakeItUnusable) {
    std::string body(R"({"teams":[]})");
    std::string cut = body;
    EXPECT_TRUE(read_page(Kind::team, cut).has_value());
    body += std::string("\0<html>", 7);
    EXPECT_FALSE(read_page(Kind::team, body).has_value());
}

}  // namespace
}  // namespace tlm::agamemnon
