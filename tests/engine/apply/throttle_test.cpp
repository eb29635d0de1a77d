#include "engine/apply/throttle.h"

#include <gtest/gtest.h>

namespace tlm {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

const Throttle::TimePoint kStart = Throttle::TimePoint() + std::chrono::hours(1);

TEST(ThrottleTest, PushedBack_HalvesOnceForThoseInFlightTogetherAndRecoversWithEachCallDone) {
    Throttle throttle(16, kStart);
    EXPECT_TRUE(throttle.pushed_back(kStart, seconds(2)));
    EXPECT_FALSE(throttle.pushed_back(kStart + seconds(1), seconds(3))) << "the same push-back";
    EXPECT_EQ(throttle.capacity(), 8U);
    EXPECT_EQ(throttle.opens(), kStart + seconds(4)) << "the longest wait that was asked for";
    EXPECT_TRUE(throttle.pushed_back(kStart + seconds(4), seconds(1)));
    EXPECT_EQ(throttle.capacity(), 4U);
    for (int i = 0; i < 20; ++i)
        throttle.done();
    EXPECT_EQ(throttle.capacity(), 16U) << "no more than was asked for";
}

TEST(ThrottleTest, PushedBackForEver_StillLetsOneCallThrough) {
    Throttle throttle(1, kStart);
    EXPECT_TRUE(throttle.pushed_back(kStart, seconds(1)));
    EXPECT_EQ(throttle.capacity(), 1U);
}

TEST(ThrottleTest, ATargetThatTakesNothing_IsWaitedForOnlySoLong) {
    Throttle throttle(4, kStart);
    EXPECT_TRUE(throttle.pushed_back(kStart + minutes(14), seconds(1)));
    EXPECT_FALSE(throttle.out_of_patience());
    throttle.accepted(kStart + minutes(14));
    EXPECT_TRUE(throttle.pushed_back(kStart + minutes(16), seconds(1)));
    EXPECT_FALSE(throttle.out_of_patience()) << "it took a call meanwhile";
    EXPECT_TRUE(throttle.pushed_back(kStart + minutes(30), seconds(1)));
    EXPECT_TRUE(throttle.out_of_patience());
}

}  // namespace
}  // namespace tlm
