#include "engine/base/utc_time.h"

#include <gtest/gtest.h>

namespace tlm::test {
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

using namespace std::chrono;

TEST(UtcText, IsReadAsTheTimeThatItWasWrittenOf) {
    for (const sys_seconds time :
         {sys_seconds(seconds(0)), sys_seconds(sys_days(2024y / 2 / 29) + 23h + 59min + 59s),
          sys_seconds(sys_days(9999y / 12 / 31))}) {
        EXPECT_EQ(read_utc_text(utc_text(time)), time) << utc_text(time);
    }
    EXPECT_EQ(utc_text(sys_days(2026y / 11 / 29) + 13h + 5min + 9s), "2026-11-29T13:05:09Z");
}

TEST(UtcText, OfAnotherFormOrOfNoDay_IsNone) {
    for (const char* text :
         {"", "2026-11-29", "2026-11-29T13:05:09", "2026-11-29 13:05:09Z", "2026-02-29T00:00:00Z",
          "2026-11-29T24:00:00Z", "2026-11-29T13:60:00Z", "2026-11-29T13:05:60Z", "2026-11-29T13:05:09.1Z",
          "+026-11-29T13:05:09Z", "2026-11-29T13:05:09z"})
        EXPECT_EQ(read_utc_text(text), std::nullopt) << text;
}

TEST(SpanText, IsInTheLargestUnitOfWhichThereAreTwo) {
    EXPECT_EQ(span_text(1s), "1 second");
    EXPECT_EQ(span_text(119s), "119 seconds");
    EXPECT_EQ(span_text(120s), "2 minutes");
    EXPECT_EQ(span_text(90min), "90 minutes");
    EXPECT_EQ(span_text(47h), "47 hours");
    EXPECT_EQ(span_text(days(7)), "7 days");
}

}  // namespace
}  // namespace tlm::test
