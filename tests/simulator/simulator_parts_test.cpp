#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>
#include <string>
#include <vector>

#include "tests/simulator/faults.h"
#include "tests/simulator/rate_limit.h"
#include "tests/simulator/stamps.h"
#include "tests/simulator/store.h"
#include "tests/simulator/target.h"

namespace tlm::simulator {
namespace {

using std::chrono::milliseconds;

TEST(RateLimitTest, Burst_IsSpentThenRefilledAtTheRate) {
    RateLimit limit(60, 120);
    const RateLimit::Time start{};
    for (int i = 0; i < 120; ++i)
        EXPECT_FALSE(limit.refuse("a", start));
    EXPECT_EQ(limit.refuse("a", start), 1);
    EXPECT_FALSE(limit.refuse("b", start)) << "another client has tokens of its own";
    const RateLimit::Time later = start + milliseconds(501);
    for (int i = 0; i < 30; ++i)
        EXPECT_FALSE(limit.refuse("a", later));
    EXPECT_EQ(limit.refuse("a", later), 1);
}

TEST(RateLimitTest, SlowRate_NamesWholeSecondsUntilTheNextToken) {
    RateLimit limit(0.25, 1);
    const RateLimit::Time start{};
    EXPECT_FALSE(limit.refuse("a", start));
    EXPECT_EQ(limit.refuse("a", start), 4);
    EXPECT_EQ(limit.refuse("a", start + milliseconds(1500)), 3);
    EXPECT_FALSE(limit.refuse("a", start + milliseconds(4000)));
}

TEST(RateLimitTest, NoRate_NeverRefuses) {
    RateLimit limit(0, 0);
    EXPECT_FALSE(limit.refuse("a", {}));
}

TEST(StampsTest, Ids_AreUuidsOfVersion4AndTimesRise) {
    Stamps stamps;
    const std::regex uuid("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
    const std::regex time(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z)");
    std::string last;
    for (int i = 0; i < 100; ++i) {
        const Stamp stamp = stamps.next();
        EXPECT_TRUE(std::regex_match(stamp.id, uuid)) << stamp.id;
        EXPECT_TRUE(std::regex_match(stamp.time, time)) << stamp.time;
        EXPECT_LT(last, stamp.time);
        last = stamp.time;
    }
}

TEST(TargetTest, PercentDecoding_LeavesWhatIsNoSequence) {
    EXPECT_EQ(percent_decoded("/a%20b%2Fc%C3%A9+d"), "/a b/c\xC3\xA9+d");
    EXPECT_EQ(percent_decoded("%zz%4"), "%zz%4");
}

TEST(FaultPathTest, Patterns_MatchSegmentsAndAnything) {
    EXPECT_TRUE(path_matches("/v1/agents/{id}/start", "/v1/agents/17/start"));
    EXPECT_FALSE(path_matches("/v1/agents/{id}/start", "/v1/agents/17/stop"));
    EXPECT_FALSE(path_matches("/v1/agents/{id}", "/v1/agents/17/start"));
    EXPECT_FALSE(path_matches("/v1/agents/{id}", "/v1/agents/"));
    EXPECT_TRUE(path_matches("/v1/agents*", "/v1/agents/17/start"));
    EXPECT_FALSE(path_matches("/v1/agents", "/v1/agents/17"));
}

Record named(const std::string& id, const std::string& name, const std::string& team = {}) {
    return {.id = id, .name = name, .team = team, .status = "", .json = "{}"};
}

std::vector<std::string> ids(std::span<const Record* const> records) {
    std::vector<std::string> all;
    for (const Record* record : records)
        all.push_back(record->id);
    return all;
}

TEST(CollectionTest, PutAndErase_KeepOrderNamesAndTeams) {
    Collection tasks;
    tasks.put(named("2", "s", "t"));
    tasks.put({named("3", "s", "t"), named("1", "s", "u"), named("3", "other", "t")});
    EXPECT_THAT(ids(tasks.all()), testing::ElementsAre("1", "2", "3"));
    EXPECT_THAT(ids(tasks.of_team("t")), testing::ElementsAre("2", "3"));
    EXPECT_EQ(tasks.duplicates(), 0U);
    tasks.put(named("3", "s", "t"));
    EXPECT_EQ(tasks.duplicates(), 1U);
    EXPECT_TRUE(tasks.erase("2"));
    EXPECT_FALSE(tasks.erase("2"));
    EXPECT_EQ(tasks.duplicates(), 0U);
    EXPECT_THAT(ids(tasks.of_team("t")), testing::ElementsAre("3"));
    EXPECT_THAT(ids(tasks.of_team("unknown")), testing::IsEmpty());
}

TEST(CollectionTest, FindNamed_SurvivesUntilTheLastOfThatNameIsGone) {
    Collection agents;
    agents.put({named("1", "a"), named("2", "a")});
    agents.erase("1");
    ASSERT_NE(agents.find_named("a"), nullptr);
    EXPECT_EQ(agents.find_named("a")->id, "2");
    agents.erase("2");
    EXPECT_EQ(agents.find_named("a"), nullptr);
}

}  // namespace
}  // namespace tlm::simulator
