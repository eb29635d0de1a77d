#include "engine/base/utc_time.h"

#include <gtest/gtest.h>

namespace tlm::test {
namespace {

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
