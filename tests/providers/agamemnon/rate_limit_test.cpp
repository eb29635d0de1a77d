#include "providers/agamemnon/rate_limit.h"

#include <gtest/gtest.h>

namespace tlm::agamemnon {
namespace {

using std::chrono::milliseconds;

TEST(AgamemnonRateLimit, LetsTheBurstGoAtOnceAndThenTheRate) {
    RateLimit::TimePoint now{};
    RateLimit limit(10, 3, now);
    for (int i = 0; i < 3; ++i)
        EXPECT_TRUE(limit.take(now));
    EXPECT_FALSE(limit.take(now));
    EXPECT_LE(limit.until_next(), milliseconds(101));
    now += milliseconds(101);
    EXPECT_TRUE(limit.take(now));
    EXPECT_FALSE(limit.take(now));
    // However long nothing was sent, no more than the burst is saved up.
    now += std::chrono::hours(1);
    for (int i = 0; i < 3; ++i)
        EXPECT_TRUE(limit.take(now));
    EXPECT_FALSE(limit.take(now));
}

TEST(AgamemnonRateLimit, ZeroMeansNoLimit) {
    RateLimit limit(0, 0, {});
    for (int i = 0; i < 100'000; ++i)
        ASSERT_TRUE(limit.take({}));
}

}  // namespace
}  // namespace tlm::agamemnon
