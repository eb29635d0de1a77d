#include "cmd/render/duration.h"

#include <gtest/gtest.h>

#include "cmd/system_clock.h"

namespace tlm::cmd {
namespace {

using namespace std::chrono_literals;

TEST(Duration, IsAsExactAsPeopleCare) {
    EXPECT_EQ(duration_text(-5s), "0 ms");
    EXPECT_EQ(duration_text(35ms), "35 ms");
    EXPECT_EQ(duration_text(999ms), "999 ms");
    EXPECT_EQ(duration_text(1000ms), "1.0 s");
    EXPECT_EQ(duration_text(2340ms), "2.3 s");
    EXPECT_EQ(duration_text(9960ms), "10 s");
    EXPECT_EQ(duration_text(59s), "59 s");
    EXPECT_EQ(duration_text(60s), "1 min");
    EXPECT_EQ(duration_text(59min), "59 min");
    EXPECT_EQ(duration_text(185min), "3 h 5 min");
}

TEST(Stamp, IsReadAsItIsWritten) {
    const std::chrono::system_clock::time_point time{1795428900123ms};
    const Stamp stamp = utc_stamp(time);
    EXPECT_EQ(read_stamp({stamp.data(), stamp.size()}), time);
    EXPECT_EQ(read_stamp("2024-02-29T00:00:00.000Z"),
              std::chrono::system_clock::time_point(std::chrono::sys_days(std::chrono::year(2024) / 2 / 29)));
    for (const char* faulty : {"", "2026-11-23", "2026-13-23T10:15:00.123Z", "2026-02-30T10:15:00.123Z",
                               "2026-11-23T24:15:00.123Z", "2026-11-23T10:15:00.123",
                               "2026-11-23T10:15:00,123Z", "2026-11-23T1a:15:00.123Z"})
        EXPECT_EQ(read_stamp(faulty), std::nullopt) << faulty;
}

}  // namespace
}  // namespace tlm::cmd
