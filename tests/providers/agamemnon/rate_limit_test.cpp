#include "providers/agamemnon/rate_limit.h"

#include <gtest/gtest.h>

namespace tlm::agamemnon {
namespace {

using std::chrono::milliseconds;

bool take(RateLimit& limit, RateLimit::TimePoint now) {
    if (!limit.ready(now)) return false;
    limit.take();
    return true;
}

TEST(AgamemnonRateLimit, LetsTheBurstGoAtOnceAndThenTheRate) {
    RateLimit::TimePoint now{};
    RateLimit limit(10, 3, now);
    for (int i = 0; i < 3; ++i)
        EXPECT_TRUE(take(limit, now));
    EXPECT_FALSE(take(limit, now));
    EXPECT_LE(limit.until_next(), milliseconds(101));
    now += milliseconds(101);
    EXPECT_TRUE(take(limit, now));
    EXPECT_FALSE(take(limit, now));
    // However long nothing was sent, no more than the burst is saved up.
    now += std::chrono::hours(1);
    for (int i = 0; i < 3; ++i)
        EXPECT_TRUE(take(limit, now));
    EXPECT_FALSE(take(limit, now));
}

TEST(AgamemnonRateLimit, ZeroMeansNoLimit) {
    RateLimit limit(0, 0, {});
    for (int i = 0; i < 100'000; ++i)
        ASSERT_TRUE(take(limit, {}));
}

// How long so many requests take on a server with that limit, whose 429s ask for a whole second; time passes
// in steps of a millisecond.
milliseconds time_for(int requests, double rps, double burst) {
    const RateLimit::TimePoint start{};
    RateLimit server(rps, burst, start);
    LearntRate learnt(start);
    RateLimit::TimePoint now = start;
    RateLimit::TimePoint gate = start;
    while (requests > 0) {
        now += milliseconds(1);
        while (requests > 0 && now >= gate && take(learnt.limit(), now)) {
            if (take(server, now)) {
                learnt.accepted(now);
                --requests;
            } else {
                learnt.pushed_back(now);
                gate = now + milliseconds(1000);
            }
        }
    }
    return std::chrono::duration_cast<milliseconds>(now - start);
}

TEST(AgamemnonLearntRate, UsesWhatTheServerAllows) {
    for (const int seconds : {15, 30, 300}) {
        for (const int rps : {20, 60, 200}) {
            const int requests = (2 + seconds) * rps;  // the burst, and as many as so many seconds allow
            const auto took = time_for(requests, rps, 2 * rps);
            EXPECT_LE(took, milliseconds(seconds * 1000 * 100 / 95)) << seconds << " s at " << rps;
        }
    }
}

TEST(AgamemnonLearntRate, WithoutAPushThereIsNone) {
    LearntRate learnt({});
    for (int i = 0; i < 10'000; ++i) {
        ASSERT_TRUE(take(learnt.limit(), {}));
        learnt.accepted({});
    }
}

}  // namespace
}  // namespace tlm::agamemnon
