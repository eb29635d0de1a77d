#include "engine/wait/task_board.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tlm::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Address task(const std::string& subject) {
    return Address::task("wf", "crew", subject);
}

// a and b are on the target; c waits for both, d for c, e for something that is nowhere.
class TaskBoardTest : public testing::Test {
  protected:
    static Change waiting(const std::string& subject, std::vector<std::string> predecessors) {
        Change change;
        change.address = task(subject);
        for (const std::string& predecessor : predecessors)
            change.waits_for.push_back(task(predecessor));
        return change;
    }
    void live(const std::string& id, const std::string& status) {
        std::erase_if(fleet_.resources, [&](const LiveResource& one) { return one.id.text() == id; });
        if (status.empty()) return;
        LiveResource resource;
        resource.kind = Kind::task;
        resource.id = {id};
        resource.attributes.set(Attribute::status, status);
        fleet_.resources.push_back(resource);
    }
    std::vector<std::string> see() {
        std::vector<std::string> moved;
        for (const std::size_t i : board_.see(fleet_, now_)) {
            const TrackedTask& one = board_.tasks()[i];
            moved.push_back(one.address.name + " " + std::string(stage_name(one.stage)) + " " + one.status);
        }
        return moved;
    }

    const TrackedTask::TimePoint now_{std::chrono::hours(1)};
    const Change c_ = waiting("c", {"a", "b"});
    const Change d_ = waiting("d", {"c"});
    const Change e_ = waiting("e", {"nowhere"});
    Snapshot fleet_;
    TaskBoard board_{{Binding{task("a"), {}, {"1"}, {"t"}, {}}, Binding{task("b"), {}, {"2"}, {"t"}, {}}},
                     {&c_, &d_},
                     now_};
};

TEST_F(TaskBoardTest, Task_IsReadyOnceAllThatItWaitsForAreCompleted) {
    live("1", "completed");
    live("2", "running");
    EXPECT_THAT(see(), ElementsAre("a completed completed", "b submitted running"));
    EXPECT_THAT(board_.ready(), IsEmpty());
    live("2", "completed");
    EXPECT_THAT(see(), ElementsAre("b completed completed"));
    EXPECT_THAT(board_.ready(), ElementsAre(2U));
    EXPECT_THAT(board_.ready(), ElementsAre(2U)) << "until it is submitted";
    board_.submitted(2, Binding{task("c"), {}, {"3"}, {"t"}, {}}, now_);
    EXPECT_THAT(board_.ready(), IsEmpty());
    EXPECT_FALSE(board_.over());
}

TEST_F(TaskBoardTest, Failure_SkipsWhatComesAfterItAndNamesIt) {
    live("1", "completed");
    live("2", "failed");
    EXPECT_THAT(see(), ElementsAre("a completed completed", "b failed failed", "c skipped ", "d skipped "));
    EXPECT_EQ(board_.tasks()[2].reason, task("b").text());
    EXPECT_EQ(board_.tasks()[3].reason, task("b").text()) << "what is to blame, not what is in between";
    EXPECT_TRUE(board_.over());
    EXPECT_EQ(board_.count(TaskStage::skipped), 2U);
}

TEST_F(TaskBoardTest, OtherWordsForAFailure_AreAFailureToo) {
    live("1", "cancelled");
    live("2", "error");
    EXPECT_THAT(see(), ElementsAre("a failed cancelled", "b failed error", "c skipped ", "d skipped "));
    EXPECT_TRUE(board_.over());
}

TEST_F(TaskBoardTest, RefusedByTheTarget_CountsAsFailed) {
    live("1", "completed");
    live("2", "completed");
    static_cast<void>(see());
    EXPECT_THAT(board_.refused(2, "no", now_), ElementsAre(2U, 3U));
    EXPECT_EQ(board_.tasks()[3].stage, TaskStage::skipped);
    EXPECT_TRUE(board_.over());
}

TEST_F(TaskBoardTest, NotListed_IsLostTheSecondTime) {
    live("1", "running");
    live("2", "running");
    static_cast<void>(see());
    live("2", "");
    EXPECT_THAT(see(), IsEmpty());
    live("2", "running");
    EXPECT_THAT(see(), IsEmpty());
    live("2", "");
    fleet_.consistent = false;
    EXPECT_THAT(see(), IsEmpty());
    EXPECT_THAT(see(), IsEmpty());
    EXPECT_THAT(see(), IsEmpty()) << "lists that shift prove nothing";
    fleet_.consistent = true;
    EXPECT_THAT(see(), IsEmpty());
    EXPECT_THAT(see(), ElementsAre("b lost running", "c skipped ", "d skipped "));
}

TEST_F(TaskBoardTest, RememberedEnd_CountsWhereTheTargetDoesNotListItAnyMore) {
    const EndedTask ended{task("a"), {"1"}, TaskEnd::completed};
    board_ = TaskBoard({Binding{task("a"), {}, {"1"}, {"t"}, {}}, Binding{task("b"), {}, {"2"}, {"t"}, {}}},
                       {&c_}, now_, {ended});
    live("1", "failed");
    live("2", "completed");
    EXPECT_THAT(see(), ElementsAre("a failed failed", "b completed completed", "c skipped "))
        << "what it lists says more";
    board_ = TaskBoard({Binding{task("a"), {}, {"1"}, {"t"}, {}}}, {}, now_, {ended});
    live("1", "");
    EXPECT_THAT(see(), IsEmpty());
    EXPECT_THAT(see(), ElementsAre("a completed "));
}

TEST_F(TaskBoardTest, StatusThatNobodyKnows_LeavesItToTheRememberedEndOfThatVeryTask) {
    const std::vector<Binding> bound = {Binding{task("a"), {}, {"1"}, {"t"}, {}},
                                        Binding{task("b"), {}, {"2"}, {"t"}, {}}};
    board_ = TaskBoard(
        bound, {&c_}, now_,
        {{task("a"), {"1"}, TaskEnd::completed}, {task("b"), {"an earlier one"}, TaskEnd::completed}});
    live("1", "closed");
    live("2", "closed");
    EXPECT_THAT(see(), ElementsAre("a completed closed", "b submitted closed"));
    EXPECT_THAT(board_.ready(), IsEmpty());
    live("2", "active");
    EXPECT_THAT(see(), ElementsAre("b submitted active"));
    live("2", "completed");
    EXPECT_THAT(see(), ElementsAre("b completed completed"));
    EXPECT_THAT(board_.ready(), ElementsAre(2));
}

TEST_F(TaskBoardTest, EndedAndBoundNoMore_IsOnTheBoardAtItsEnd) {
    board_ = TaskBoard({}, {&c_, &d_}, now_,
                       {{task("a"), {"1"}, TaskEnd::completed},
                        {task("b"), {"2"}, TaskEnd::completed},
                        {task("d"), {}, TaskEnd::skipped}});
    EXPECT_EQ(board_.tasks().size(), 4U);
    ASSERT_THAT(board_.ready(), ElementsAre(2)) << "all that it waits for is completed";
    EXPECT_EQ(board_.count(TaskStage::waiting), 1U) << "what was skipped once is to be submitted now";
    board_ = TaskBoard({}, {&c_}, now_, {{task("a"), {"1"}, TaskEnd::failed}});
    EXPECT_THAT(see(), ElementsAre("c skipped "));
}

TEST_F(TaskBoardTest, AtItsEnd_StaysThere) {
    live("1", "completed");
    live("2", "running");
    static_cast<void>(see());
    live("1", "running");
    EXPECT_THAT(see(), IsEmpty());
    live("1", "");
    EXPECT_THAT(see(), IsEmpty());
    EXPECT_THAT(see(), IsEmpty());
    EXPECT_EQ(board_.tasks()[0].stage, TaskStage::completed);
}

TEST_F(TaskBoardTest, WaitsForWhatIsNowhere_IsSkippedAtOnce) {
    TaskBoard board({}, {&e_}, now_);
    EXPECT_THAT(board.see(fleet_, now_), ElementsAre(0U));
    EXPECT_EQ(board.tasks()[0].reason, task("nowhere").text());
    EXPECT_TRUE(board.over());
}

TEST_F(TaskBoardTest, ExpiredWorkflow_IsNotWaitedForAnyMoreAndSubmitsNothing) {
    live("1", "completed");
    live("2", "completed");
    static_cast<void>(see());
    board_.expire("wf");
    EXPECT_TRUE(board_.over());
    EXPECT_FALSE(board_.over("wf"));
    EXPECT_THAT(board_.ready(), IsEmpty());
}

TEST_F(TaskBoardTest, BoundAndWaiting_IsSubmittedAlready) {
    TaskBoard board({Binding{task("c"), {}, {"3"}, {"t"}, {}}}, {&c_}, now_);
    ASSERT_EQ(board.tasks().size(), 1U);
    EXPECT_EQ(board.tasks()[0].stage, TaskStage::submitted);
}

}  // namespace
}  // namespace tlm::test
