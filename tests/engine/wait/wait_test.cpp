#include "engine/wait/wait.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/world.h"

namespace tlm::test {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

// Keeps what it is told of tasks.
class Told final : public Observer {
  public:
    void on(const ApplyEvent& event) override {
        if (const auto* moved = std::get_if<TaskMoved>(&event)) {
            lines.push_back(fmt::format("{} {}", moved->task->address.name, stage_name(moved->task->stage)));
        } else if (std::holds_alternative<NotRead>(event)) {
            ++not_read;
        }
    }
    std::vector<std::string> lines;
    int not_read = 0;
};

class WaitTest : public testing::Test {
  protected:
    // Applies the plan and waits, as `tlm run` does. `work` is called before each read of the tasks.
    WaitReport run(const std::function<void()>& work) {
        const Planned planned = world_.plan();
        plan_ = planned.plan;
        const ApplyReport applied = world_.apply(plan_);
        ApplyPorts ports{world_.fleet, world_.fleet, world_.state, world_.state,
                         world_.state, world_.clock, told_};
        ApplySettings settings;
        settings.digest = plan_digest(plan_);
        settings.run = "run";
        settings.stop_requested = [this] { return world_.stop; };
        world_.fleet.before_each = work;
        auto report = wait_for_tasks(plan_, std::nullopt, applied, ports, settings, wait_);
        world_.fleet.before_each = [] {};
        return std::move(report.value());
    }
    void set(const std::string& subject, const std::string& status) {
        for (const LiveResource& live : world_.fleet.everything().resources) {
            if (live.kind == Kind::task && live.name == subject)
                world_.fleet.get(live.id)->attributes.set(Attribute::status, status);
        }
    }
    static TaskStage stage(const WaitReport& report, const std::string& subject) {
        for (const TrackedTask& task : report.tasks) {
            if (task.address.name == subject) return task.stage;
        }
        throw std::runtime_error("no task " + subject);
    }

    World world_;
    Told told_;
    Plan plan_;
    WaitSettings wait_;
};

TEST_F(WaitTest, TaskThatWaits_IsSubmittedOnceAndAllIsCompleted) {
    const WaitReport report = run([this] {
        set("design", "completed");
        set("build", "completed");
    });
    EXPECT_TRUE(report.all_completed());
    EXPECT_EQ(report.tasks.size(), 2U);
    EXPECT_EQ(world_.fleet.count(Kind::task), 2U);
    EXPECT_THAT(told_.lines, ElementsAre("design completed", "build completed"));
    EXPECT_THAT(world_.state.open_intents().value(), IsEmpty());
}

TEST_F(WaitTest, FailedTask_LeavesWhatWaitsForItUnsubmitted) {
    const WaitReport report = run([this] { set("design", "failed"); });
    EXPECT_FALSE(report.all_completed());
    EXPECT_EQ(stage(report, "build"), TaskStage::skipped);
    EXPECT_EQ(world_.fleet.count(Kind::task), 1U);
}

TEST_F(WaitTest, AnswerToASubmissionLost_IsSettledBeforeAnythingElseIsSent) {
    int lost = 0;
    world_.fleet.fault = [&](const Call& call, const FakeFleet::Apply& apply) -> CallOutcome {
        const auto* create = std::get_if<CreateCall>(&call.what);
        if (create == nullptr || create->name != "build") return apply();
        ++lost;
        static_cast<void>(apply());
        return CallUnknown{"reset"};
    };
    const WaitReport report = run([this] {
        set("design", "completed");
        set("build", "completed");
    });
    EXPECT_TRUE(report.all_completed());
    EXPECT_EQ(lost, 1);
    EXPECT_EQ(world_.fleet.count(Kind::task), 2U);
}

TEST_F(WaitTest, Refused_IsFailedWithTheTargetsWords) {
    world_.fleet.fault = [&](const Call& call, const FakeFleet::Apply& apply) -> CallOutcome {
        const auto* create = std::get_if<CreateCall>(&call.what);
        if (create == nullptr || create->name != "build") return apply();
        return CallRefused{"no such thing"};
    };
    const WaitReport report = run([this] { set("design", "completed"); });
    EXPECT_EQ(stage(report, "build"), TaskStage::failed);
    EXPECT_EQ(report.tasks[0].reason, "no such thing");
}

TEST_F(WaitTest, NothingMoves_IsReadLessAndLessOften) {
    std::vector<TrackedTask::TimePoint> reads;
    run([&] {
        reads.push_back(world_.clock.time);
        if (reads.size() == 30) {
            set("design", "failed");
        } else {
            set("design", "running");
        }
    });
    EXPECT_EQ(reads[1] - reads[0], 250ms) << "it has just begun to run";
    EXPECT_GT(reads[5] - reads[4], 500ms);
    EXPECT_EQ(reads[29] - reads[28], 5s);
}

TEST_F(WaitTest, TimeUp_LeavesTheRestAndSaysWhoseTimeItWas) {
    wait_.limits["wf"] = 30s;
    const auto begin = world_.clock.time;
    const WaitReport report = run([this] { set("design", "running"); });
    EXPECT_THAT(report.overdue, ElementsAre("wf"));
    EXPECT_EQ(report.ended_at - begin, 30s);
    EXPECT_EQ(stage(report, "design"), TaskStage::submitted);
    EXPECT_EQ(report.tasks[1].status, "running");
    EXPECT_EQ(stage(report, "build"), TaskStage::waiting);
}

TEST_F(WaitTest, Cancelled_LeavesTheTasksAndTheFleetAndSaysSo) {
    int reads = 0;
    const WaitReport report = run([&] {
        set("design", "running");
        if (++reads == 5) world_.state.cancelled_ = {"other", "wf"};
    });
    EXPECT_THAT(report.cancelled, ElementsAre("wf"));
    EXPECT_FALSE(report.interrupted);
    EXPECT_EQ(stage(report, "design"), TaskStage::submitted);
    EXPECT_EQ(world_.fleet.count(Kind::agent), 2U);
    EXPECT_EQ(world_.fleet.count(Kind::task), 1U);
}

TEST_F(WaitTest, StopRequested_EndsItAndASecondWaitGoesOn) {
    WaitReport report = run([this] { world_.stop = true; });
    EXPECT_TRUE(report.interrupted);
    world_.stop = false;
    report = run([this] {
        set("design", "completed");
        set("build", "completed");
    });
    EXPECT_TRUE(report.all_completed());
    EXPECT_EQ(world_.fleet.count(Kind::task), 2U);
}

TEST_F(WaitTest, TargetForgetsATask_ItIsLostAndNothingIsSubmittedInItsPlace) {
    int reads = 0;
    const WaitReport report = run([&] {
        for (const LiveResource& live : world_.fleet.everything().resources) {
            if (live.kind == Kind::task && ++reads > 1) world_.fleet.erase(live.id);
        }
    });
    EXPECT_EQ(stage(report, "design"), TaskStage::lost);
    EXPECT_EQ(stage(report, "build"), TaskStage::skipped);
    EXPECT_EQ(world_.fleet.count(Kind::task), 0U);
}

}  // namespace
}  // namespace tlm::test
