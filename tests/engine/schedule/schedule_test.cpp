#include "engine/schedule/schedule.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tlm {
namespace {

using testing::ElementsAre;

Change change(const char* address, Action action, std::initializer_list<const char*> needs = {}) {
    Change result;
    result.address = Address::parse(address).value();
    result.action = action;
    for (const char* need : needs)
        result.depends_on.push_back(Address::parse(need).value());
    return result;
}

TEST(Schedule, GivesOutWhatIsReadyAndThenWhatBecomesReady) {
    Schedule schedule({change("w/agent/a", Action::create), change("w/agent/b", Action::create),
                       change("w/team/t", Action::create, {"w/agent/a", "w/agent/b"})});
    EXPECT_EQ(schedule.next(), 0U);
    EXPECT_EQ(schedule.next(), 1U);
    EXPECT_EQ(schedule.next(), std::nullopt);
    schedule.finish(1);
    EXPECT_EQ(schedule.next(), std::nullopt);
    schedule.finish(0);
    EXPECT_EQ(schedule.next(), 2U);
}

TEST(Schedule_Abandoned, BlocksEverythingThatNeedsIt) {
    Schedule schedule({change("w/agent/a", Action::create), change("w/agent/b", Action::create),
                       change("w/team/t", Action::create, {"w/agent/a"}),
                       change("w/task/t/s", Action::create, {"w/team/t"})});
    EXPECT_EQ(schedule.next(), 0U);
    EXPECT_THAT(schedule.abandon(0), ElementsAre(2U, 3U));
    EXPECT_EQ(schedule.next(), 1U);
    schedule.finish(1);
    EXPECT_EQ(schedule.next(), std::nullopt);
    EXPECT_TRUE(schedule.open().empty());
}

TEST(Schedule_DeleteAtTheAddressOfACreate, ComesAfterIt) {
    Schedule schedule(
        {change("w/agent/a", Action::create), change("w/agent/a", Action::remove, {"w/agent/a"})});
    EXPECT_EQ(schedule.next(), 0U);
    EXPECT_EQ(schedule.next(), std::nullopt);
    schedule.finish(0);
    EXPECT_EQ(schedule.next(), 1U);
}

TEST(Schedule_WaitingTask, IsNeverGivenOut) {
    Schedule schedule({change("w/task/t/s", Action::none)});
    EXPECT_EQ(schedule.next(), std::nullopt);
}

}  // namespace
}  // namespace tlm
