#include "providers/agamemnon/rate_limit.h"

#include <gtest/gtest.h>

#include <deque>
#include <utility>

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

// How many of so many requests a server with that limit refuses, where up to 16 are on their way at a time
// and come back after two milliseconds.
int refused(int requests, double rps, double burst) {
    const RateLimit::TimePoint start{};
    RateLimit server(rps, burst, start);
    LearntRate learnt(start);
    RateLimit::TimePoint now = start;
    RateLimit::TimePoint gate = start;
    std::deque<std::pair<RateLimit::TimePoint, bool>> answers;
    int refusals = 0;
    while (requests > 0 || !answers.empty()) {
        now += std::chrono::microseconds(100);
        for (; !answers.empty() && answers.front().first <= now; answers.pop_front()) {
            if (answers.front().second) {
                learnt.accepted(now);
                continue;
            }
            ++refusals;
            ++requests;
            learnt.pushed_back(now);
            gate = now + milliseconds(1000);
        }
        while (requests > 0 && answers.size() < 16 && now >= gate && take(learnt.limit(), now)) {
            --requests;
            answers.emplace_back(now + milliseconds(2), take(server, now));
        }
    }
    return refusals;
}

TEST(AgamemnonLearntRate, AtTheServersDefault_WastesLittleMoreThanWhatWasUnderWayWhenItWasFound) {
    EXPECT_LE(refused(3'000, 60, 120), 20);
    EXPECT_LE(refused(20'000, 60, 120), 25);
}

TEST(AgamemnonLearntRate, AtAnotherLimit_NeedsTwoPushesToKnowIt) {
    EXPECT_LE(refused(20'000, 20, 40), 45);
    EXPECT_LE(refused(20'000, 200, 400), 45);
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
