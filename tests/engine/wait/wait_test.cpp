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
        } else if (std::holds_alternative<Listening>(event)) {
            lines.emplace_back("listening");
        } else if (std::holds_alternative<NotListening>(event)) {
            lines.emplace_back("not listening");
        }
    }
    std::vector<std::string> lines;
    int not_read = 0;
};

// Gives the hints that a test plans, while it is connected; each change of that is one too.
class FakeWakeUp final : public WakeUp {
  public:
    explicit FakeWakeUp(FakeClock& clock) : clock_(clock) {}
    std::vector<TrackedTask::TimePoint> hints;    // in order of time
    std::vector<TrackedTask::TimePoint> changes;  // when the connection comes or goes
    std::vector<ResourceId> teams;                // that were asked for last

    bool sleep(TrackedTask::TimePoint earliest, TrackedTask::TimePoint until,
               const std::vector<ResourceId>& of) override {
        teams = of;
        bool woken = false;
        for (const auto& times : {changes, hints}) {
            const auto first = std::ranges::find_if(times, [&](auto at) { return at > read_; });
            if (first == times.end() || std::max(*first, earliest) > until) continue;
            until = std::max(*first, earliest);
            woken = true;
        }
        clock_.sleep_until(until);
        if (woken) read_ = clock_.time;
        return woken;
    }
    [[nodiscard]] bool connected() const override {
        return std::ranges::count_if(changes, [&](auto at) { return at <= clock_.time; }) % 2 == 1;
    }
    void tell(Observer& observer) override {
        if (connected() == std::exchange(told_, connected())) return;
        connected() ? observer.on(Listening{}) : observer.on(NotListening{});
    }

  private:
    FakeClock& clock_;
    TrackedTask::TimePoint read_ = clock_.time;
    bool told_ = false;
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
        auto report = wait_for_tasks(plan_, std::nullopt, applied, ports, settings, wait_, wake_up_);
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
    WakeUp* wake_up_ = nullptr;
};

// The same with someone who tells when to look, connected from the beginning.
class WokenWaitTest : public WaitTest {
  protected:
    WokenWaitTest() {
        wake_up_ = &fake_;
        fake_.changes = {begin_};
    }
    // When the tasks were read, from the beginning of the wait, until `last`; the first read not counted.
    std::vector<std::chrono::milliseconds> reads_until(std::chrono::milliseconds last) {
        std::vector<std::chrono::milliseconds> reads;
        run([&] {
            const auto at = std::chrono::duration_cast<std::chrono::milliseconds>(world_.clock.time - begin_);
            if (at.count() > 0) reads.push_back(at);
            set("design", at >= last ? "failed" : "running");
        });
        return reads;
    }
    const TrackedTask::TimePoint begin_ = world_.clock.time;
    FakeWakeUp fake_{world_.clock};
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

TEST_F(WokenWaitTest, WithoutHints_IsReadSeldom) {
    EXPECT_THAT(reads_until(90s), ElementsAre(30s, 60s, 90s));
}

TEST_F(WokenWaitTest, WithoutHints_IsNotReadMoreOftenThanWithoutAnybody) {
    wait_.poll_max = 60s;
    EXPECT_THAT(reads_until(120s), ElementsAre(60s, 120s));
}

TEST_F(WokenWaitTest, Hint_EndsThePause) {
    fake_.hints = {begin_ + 7s, begin_ + 8s};
    EXPECT_THAT(reads_until(38s), ElementsAre(7s, 8s, 38s));
}

TEST_F(WokenWaitTest, HintsCloseTogether_AreWorthOneRead) {
    for (int i = 0; i < 10; ++i)
        fake_.hints.push_back(begin_ + 7s + i * 20ms);
    EXPECT_THAT(reads_until(30s), ElementsAre(7s, 7250ms, 37250ms));
}

TEST_F(WokenWaitTest, HintRightAfterARead_WaitsForItsTurn) {
    fake_.hints = {begin_ + 1ms};
    EXPECT_THAT(reads_until(30s), ElementsAre(250ms, 30250ms));
}

TEST_F(WokenWaitTest, ConnectionLost_PollsAsEverUntilItIsBackAndThenReadsOnce) {
    fake_.changes = {begin_ + 1ms, begin_ + 10s, begin_ + 20s};
    const auto reads = reads_until(50s);
    EXPECT_THAT(std::vector(reads.begin(), reads.begin() + 2), ElementsAre(250ms, 10s))
        << "when the connection is there, and when it is lost";
    EXPECT_EQ(std::ranges::count_if(reads, [](auto at) { return at > 10s && at < 20s; }), 5)
        << "less and less often";
    EXPECT_THAT(std::vector(reads.end() - 2, reads.end()), ElementsAre(20s, 50s)) << "it is there again";
    EXPECT_THAT(told_.lines, ElementsAre("design submitted", "listening", "not listening", "listening",
                                         "design failed", "build skipped"));
}

TEST_F(WokenWaitTest, NeverConnected_PollsAsEver) {
    fake_.changes = {};
    fake_.hints = {begin_ + 10ms};
    EXPECT_GT(reads_until(30s).size(), 10U);
}

TEST_F(WokenWaitTest, TimeUp_EndsThePause) {
    wait_.limits["wf"] = 10s;
    const WaitReport report = run([this] { set("design", "running"); });
    EXPECT_THAT(report.overdue, ElementsAre("wf"));
    EXPECT_EQ(report.ended_at - begin_, 10s);
}

TEST_F(WokenWaitTest, AsksForTheTeamsWhoseTasksAreNotAtTheirEnd) {
    fake_.hints = {begin_ + 1s};
    reads_until(1s);
    const Binding& team = world_.state.bound.at(Address::team_of("wf", "crew"));
    EXPECT_THAT(fake_.teams, ElementsAre(team.id));
}

TEST_F(WokenWaitTest, AnswerToASubmissionLost_IsSettledAtTheUsualPace) {
    world_.fleet.fault = [&](const Call& call, const FakeFleet::Apply& apply) -> CallOutcome {
        const auto* create = std::get_if<CreateCall>(&call.what);
        if (create == nullptr || create->name != "build") return apply();
        static_cast<void>(apply());
        return CallUnknown{"reset"};
    };
    fake_.hints = {begin_ + 1s};
    const WaitReport report = run([this] {
        set("design", "completed");
        set("build", "completed");
    });
    EXPECT_TRUE(report.all_completed());
    EXPECT_LT(report.ended_at - begin_, 30s);
}

}  // namespace
}  // namespace tlm::test
