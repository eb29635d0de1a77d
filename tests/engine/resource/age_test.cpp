#include "engine/resource/age.h"

#include <gtest/gtest.h>

#include <array>

namespace tlm {
namespace {

struct Pair {
    const char* older;
    const char* younger;
};

class InstantOrder : public testing::TestWithParam<Pair> {};

TEST_P(InstantOrder, WhateverTheWidthAndTheOffset_IsTheOrderInTime) {
    const auto older = read_instant(GetParam().older);
    const auto younger = read_instant(GetParam().younger);
    ASSERT_TRUE(older);
    ASSERT_TRUE(younger);
    EXPECT_LT(*older, *younger);
}

INSTANTIATE_TEST_SUITE_P(Of, InstantOrder,
                         testing::Values(Pair{"2026-11-29T10:00:00.100Z", "2026-11-29T10:00:00.900Z"},
                                         Pair{"2026-11-29T10:00:00Z", "2026-11-29T10:00:00.400000Z"},
                                         Pair{"2026-11-29T10:00:00.900Z", "2026-11-29T10:00:01Z"},
                                         Pair{"2026-11-29T10:00:00.1Z", "2026-11-29T10:00:00.15Z"},
                                         Pair{"2026-11-29T10:00:00.12Z", "2026-11-29T10:00:00.123456789Z"},
                                         Pair{"2026-11-29T10:00:00.1234567891Z",
                                              "2026-11-29T10:00:00.1234567892Z"},
                                         Pair{"2026-11-29T11:00:00+02:00", "2026-11-29T10:00:00Z"},
                                         Pair{"2026-11-29T10:00:00+00:00", "2026-11-29T10:00:00.5Z"},
                                         Pair{"2026-11-29T23:59:00Z", "2026-11-29T20:00:00-05:00"},
                                         Pair{"2026-11-29T10:00:00+0100", "2026-11-29T09:30:00z"},
                                         Pair{"2026-11-29 10:00:00", "2026-11-29T10:00:00.000001"},
                                         Pair{"2028-02-29T10:00:00Z", "2028-03-01T10:00:00Z"}));

TEST(InstantTest, SameMomentInAnotherForm_IsEqual) {
    const auto moment = read_instant("2026-11-29T10:00:00Z");
    for (const char* text :
         {"2026-11-29T10:00:00.000Z", "2026-11-29T12:00:00+02:00", "2026-11-29T10:00:00.0+00:00",
          "2026-11-29T04:30:00-0530", "2026-11-29t10:00:00z"})
        EXPECT_EQ(read_instant(text), moment) << text;
}

TEST(InstantTest, WhatIsNoTime_IsNotRead) {
    for (const char* text :
         {"", "yesterday", "2026-11-29", "2026-11-29T10:00Z", "2026-02-30T10:00:00Z", "2026-13-01T10:00:00Z",
          "2026-11-29T10:00:00.Z", "2026-11-29T10:00:00 Z!", "2026-11-29T25:00:00Z", "1764410400",
          "2026-11-29T10:00:00+", "2026-11-29T10:00:00+1", " 2026-11-29T10:00:00Z", "2026-11- 9T10:00:00Z"})
        EXPECT_FALSE(read_instant(text)) << text;
}

LiveResource resource(const char* id, const char* created) {
    LiveResource live;
    live.id = ResourceId(id);
    live.created_at = Timestamp(created);
    return live;
}

std::string sorted(std::initializer_list<LiveResource> resources) {
    std::vector<const LiveResource*> pointers;
    for (const LiveResource& live : resources)
        pointers.push_back(&live);
    sort_by_age(pointers);
    std::string ids;
    for (const LiveResource* live : pointers)
        ids += live->id.text();
    return ids;
}

TEST(SortByAge, OldestFirst_ThenBySmallestId) {
    EXPECT_EQ(sorted({resource("a", "2026-11-29T10:00:00.4Z"), resource("c", "2026-11-29T10:00:00Z"),
                      resource("b", "2026-11-29T12:00:00+02:00")}),
              "bca");
}

TEST(SortByAge, OneTimeThatCantBeRead_LeavesItToTheIds) {
    EXPECT_EQ(sorted({resource("c", "2026-11-29T10:00:00Z"), resource("b", "soon"),
                      resource("a", "2026-11-29T11:00:00Z")}),
              "abc");
    EXPECT_EQ(sorted({resource("b", ""), resource("a", "")}), "ab");
}

}  // namespace
}  // namespace tlm
