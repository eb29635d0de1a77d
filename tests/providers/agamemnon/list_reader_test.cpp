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
    EXPECT_THAT(list.next_pages(), ElementsAre("/v1/agents?limit=1000&offset=0"));
    EXPECT_THAT(list.next_pages(), IsEmpty());
    ASSERT_TRUE(list.take(page(0, 1000, 2500)).has_value());
    EXPECT_THAT(list.next_pages(),
                ElementsAre("/v1/agents?limit=1000&offset=1000", "/v1/agents?limit=1000&offset=2000"));
    ASSERT_TRUE(list.take(page(2000, 500, 2500)).has_value());
    EXPECT_FALSE(list.complete());
    ASSERT_TRUE(list.take(page(1000, 1000, 2500)).has_value());
    EXPECT_TRUE(list.complete());
    EXPECT_TRUE(list.consistent());
    EXPECT_EQ(list.items().size(), 2500U);
}

TEST(AgamemnonList, TakesThePageSizeThatTheServerReallyGives) {
    ListReader list(Kind::agent, "/l");
    static_cast<void>(list.next_pages());
    ASSERT_TRUE(list.take(page(0, 100, 250)).has_value());
    EXPECT_THAT(list.next_pages(), ElementsAre("/l?limit=1000&offset=100", "/l?limit=1000&offset=200"));
}

TEST(AgamemnonList, EmptyListIsComplete) {
    ListReader list(Kind::agent, "/l");
    static_cast<void>(list.next_pages());
    ASSERT_TRUE(list.take(page(0, 0, 0)).has_value());
    EXPECT_THAT(list.next_pages(), IsEmpty());
    EXPECT_TRUE(list.complete());
    EXPECT_TRUE(list.consistent());
}

TEST(AgamemnonList, WithoutATotalItGoesOnUntilAShortPage) {
    ListReader list(Kind::agent, "/l");
    static_cast<void>(list.next_pages());
    ASSERT_TRUE(list.take(page(0, 3, std::nullopt)).has_value());
    EXPECT_THAT(list.next_pages(), ElementsAre("/l?limit=1000&offset=3"));
    ASSERT_TRUE(list.take(page(3, 3, std::nullopt)).has_value());
    EXPECT_THAT(list.next_pages(), ElementsAre("/l?limit=1000&offset=6"));
    ASSERT_TRUE(list.take(page(6, 1, std::nullopt)).has_value());
    EXPECT_THAT(list.next_pages(), IsEmpty());
    EXPECT_TRUE(list.consistent());
}

TEST(AgamemnonList, ItemSeenTwiceOrTotalThatMoves_IsInconsistent) {
    ListReader twice(Kind::agent, "/l");
    static_cast<void>(twice.next_pages());
    ASSERT_TRUE(twice.take(page(0, 2, 4)).has_value());
    static_cast<void>(twice.next_pages());
    ASSERT_TRUE(twice.take(page(1, 2, 4)).has_value());
    EXPECT_FALSE(twice.consistent());
    EXPECT_EQ(twice.items().size(), 3U);

    ListReader moved(Kind::agent, "/l");
    static_cast<void>(moved.next_pages());
    ASSERT_TRUE(moved.take(page(0, 2, 4)).has_value());
    static_cast<void>(moved.next_pages());
    ASSERT_TRUE(moved.take(page(2, 2, 5)).has_value());
    EXPECT_FALSE(moved.consistent());
}

TEST(AgamemnonList, TotalOutOfAllProportion_IsAnError) {
    ListReader list(Kind::agent, "/l");
    static_cast<void>(list.next_pages());
    EXPECT_FALSE(list.take(page(0, 1, 1'000'000'000)).has_value());
}

TEST(AgamemnonList, SamePageForEverWithoutATotal_EndsInconsistent) {
    ListReader list(Kind::agent, "/l");
    for (int i = 0; i < 2; ++i) {
        ASSERT_EQ(list.next_pages().size(), 1U);
        ASSERT_TRUE(list.take(page(0, 3, std::nullopt)).has_value());
    }
    EXPECT_THAT(list.next_pages(), IsEmpty());
    EXPECT_TRUE(list.complete());
    EXPECT_FALSE(list.consistent());
}

TEST(AgamemnonList, LargeTotalInTinyPages_IsAnError) {
    ListReader list(Kind::agent, "/l");
    static_cast<void>(list.next_pages());
    EXPECT_FALSE(list.take(page(0, 1, 1'000'000)).has_value());
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
