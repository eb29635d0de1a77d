// From the last task to an empty fleet, and what later plans make of it.
#include "engine/wait/tear_down.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/drift/drift.h"
#include "engine/plan/teardown.h"
#include "engine/wait/wait.h"
#include "tests/support/world.h"

namespace tlm::test {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

class TearDownTest : public testing::Test {
  protected:
    // Plans, applies and waits, as `tlm run` does. Before each read, tasks get the status that `ends` names
    // for their subject.
    WaitReport run(std::map<std::string, std::string> ends, bool apply = true) {
        plans_.push_back(world_.plan().plan);
        return run_plan(plans_.back(), std::move(ends), apply);
    }
    WaitReport run_plan(const Plan& plan, std::map<std::string, std::string> ends, bool apply = true) {
        ApplyReport applied;
        if (apply) applied = world_.apply(plan);
        world_.fleet.before_each = [this, ends = std::move(ends)] {
            for (const LiveResource& live : world_.fleet.everything().resources) {
                const auto end = ends.find(live.name);
                if (live.kind == Kind::task && end != ends.end())
                    world_.fleet.get(live.id)->attributes.set(Attribute::status, end->second);
            }
        };
        ApplyPorts ports{world_.fleet, world_.fleet, world_.state,   world_.state,
                         world_.state, world_.clock, world_.observer};
        ApplySettings settings;
        settings.digest = plan_digest(plan);
        settings.run = "run";
        settings.stop_requested = [this] { return world_.stop; };
        WaitSettings wait;
        wait.patience = 3;
        wait.limits["wf"] = 600s;
        auto report = wait_for_tasks(plan, std::nullopt, applied, ports, settings, wait);
        world_.fleet.before_each = [] {};
        return std::move(report.value());
    }
    WaitReport complete() { return run({{"design", "completed"}, {"build", "completed"}}); }

    std::size_t fleet() const { return world_.fleet.count(Kind::agent) + world_.fleet.count(Kind::team); }
    std::vector<Finding> drift() {
        const Snapshot snapshot = world_.fleet.read_fleet().value();
        const StateView view = view_state(world_.state, snapshot).value();
        return find_drift({world_.workflows, snapshot, view, "fake:", "", {}}, {});
    }
    std::vector<std::string> sent() const {
        std::vector<std::string> verbs;
        for (const Call& call : world_.fleet.sent) {
            if (std::holds_alternative<StopCall>(call.what)) verbs.emplace_back("stop");
            if (std::holds_alternative<DeleteCall>(call.what))
                verbs.emplace_back(call.kind == Kind::team ? "delete team" : "delete agent");
            if (const auto* create = std::get_if<CreateCall>(&call.what)) verbs.push_back(create->name);
        }
        return verbs;
    }

    World world_;
    std::deque<Plan> plans_;
};

TEST_F(TearDownTest, AllCompleted_TeamGoesThenAgentsAreStoppedAndDeleted) {
    static_cast<void>(run({{"design", "completed"}}, true));
    EXPECT_EQ(fleet(), 3U) << "`build` is not completed";
    world_.fleet.sent.clear();
    const WaitReport report = complete();
    EXPECT_EQ(fleet(), 0U);
    ASSERT_THAT(report.teardowns, SizeIs(1));
    EXPECT_EQ(report.teardowns[0].agents, 2U);
    EXPECT_EQ(report.teardowns[0].teams, 1U);
    EXPECT_TRUE(report.teardowns[0].what.completed);
    const auto verbs = sent();
    EXPECT_EQ(verbs.front(), "delete team");
    EXPECT_THAT(verbs, UnorderedElementsAre("delete team", "stop", "delete agent", "stop", "delete agent"));
    EXPECT_THAT(world_.state.open_intents().value(), IsEmpty());
}

TEST_F(TearDownTest, Policies_DecideWithWhatCameOfTheTasks) {
    struct Case {
        Teardown when;
        const char* end;
        std::size_t left;
    };
    for (const Case& one :
         {Case{Teardown::on_completion, "completed", 0}, Case{Teardown::on_completion, "failed", 3},
          Case{Teardown::on_failure, "completed", 3}, Case{Teardown::on_failure, "failed", 0},
          Case{Teardown::never, "completed", 3}, Case{Teardown::never, "failed", 3}}) {
        world_ = World();
        world_.workflows[0].teardown = one.when;
        static_cast<void>(run({{"design", one.end}, {"build", one.end}}));
        EXPECT_EQ(fleet(), one.left) << static_cast<int>(one.when) << " " << one.end;
    }
}

TEST_F(TearDownTest, SomethingIsStillRunning_NothingGoes) {
    world_.workflows[0].teams[0].tasks[1].blocked_by.clear();
    for (const Teardown when : {Teardown::on_completion, Teardown::on_failure}) {
        world_.workflows[0].teardown = when;
        const WaitReport report = run({{"design", "failed"}, {"build", "running"}});
        EXPECT_THAT(report.overdue, ElementsAre("wf"));
        EXPECT_EQ(fleet(), 3U);
    }
}

TEST_F(TearDownTest, TaskThatGotLost_MayBeRunningAndNothingGoes) {
    world_.workflows[0].teardown = Teardown::on_failure;
    int reads = 0;
    plans_.push_back(world_.plan().plan);
    const ApplyReport applied = world_.apply(plans_.back());
    world_.fleet.before_each = [&] {
        if (++reads < 2) return;
        for (const LiveResource& live : world_.fleet.everything().resources) {
            if (live.kind == Kind::task) world_.fleet.erase(live.id);
        }
    };
    ApplyPorts ports{world_.fleet, world_.fleet, world_.state,   world_.state,
                     world_.state, world_.clock, world_.observer};
    const auto report = wait_for_tasks(plans_.back(), std::nullopt, applied, ports, {}, {});
    world_.fleet.before_each = [] {};
    EXPECT_EQ(report.value().tasks[1].stage, TaskStage::lost);
    EXPECT_EQ(fleet(), 3U);
}

TEST_F(TearDownTest, AnAgentThatCouldNotBeMade_IsAFailure) {
    world_.fleet.fault = [](const Call& call, const FakeFleet::Apply& apply) -> CallOutcome {
        const auto* create = std::get_if<CreateCall>(&call.what);
        if (create != nullptr && create->attributes.text(Attribute::label) == "idle")
            return CallRefused{"no room"};
        return apply();
    };
    AgentSpec idle;
    idle.name = "idle";
    world_.workflows[0].agents.push_back(idle);
    static_cast<void>(complete());
    EXPECT_EQ(fleet(), 3U) << "not everything that the workflow is about was completed";
    world_.workflows[0].teardown = Teardown::on_failure;
    static_cast<void>(complete());
    EXPECT_EQ(fleet(), 0U);
}

TEST_F(TearDownTest, Protected_StaysAndIsCounted) {
    world_.workflows[0].protect = {"wf/agent/builder"};
    const WaitReport report = complete();
    EXPECT_THAT(report.teardowns.at(0).kept, ElementsAre(Address::agent("wf", "builder")));
    EXPECT_EQ(world_.fleet.count(Kind::agent), 1U);
    EXPECT_THAT(world_.plan().plan.changes, IsEmpty());
    EXPECT_THAT(world_.plan().losses, IsEmpty());
    EXPECT_THAT(drift(), IsEmpty());
}

TEST_F(TearDownTest, GoneAlready_IsNoError) {
    world_.fleet.fault = [](const Call& call, const FakeFleet::Apply& apply) -> CallOutcome {
        if (!std::holds_alternative<DeleteCall>(call.what)) return apply();
        static_cast<void>(apply());
        return CallGone{"not found"};
    };
    const WaitReport report = complete();
    EXPECT_TRUE(report.all_torn_down());
    EXPECT_EQ(fleet(), 0U);
}

TEST_F(TearDownTest, Refused_IsNamedAndPlannedAgain) {
    world_.fleet.fault = [](const Call& call, const FakeFleet::Apply& apply) -> CallOutcome {
        if (call.kind == Kind::agent && std::holds_alternative<DeleteCall>(call.what))
            return CallRefused{"busy"};
        return apply();
    };
    const WaitReport report = complete();
    EXPECT_FALSE(report.all_torn_down());
    ASSERT_THAT(report.teardowns.at(0).failed, SizeIs(2));
    EXPECT_EQ(report.teardowns[0].failed[0].second, "busy");
    EXPECT_THAT(lines(world_.plan().plan),
                ElementsAre("delete wf/agent/architect torn_down", "delete wf/agent/builder torn_down"));
    EXPECT_THAT(drift(), SizeIs(2)) << "nobody claims them any more";
    world_.fleet.fault = nullptr;
    static_cast<void>(complete());
    EXPECT_EQ(fleet(), 0U);
}

TEST_F(TearDownTest, TargetLostForGood_NextRunTakesDownWithoutMakingAnything) {
    // From the first delete on nothing arrives any more.
    world_.fleet.fault = [](const Call& call, const FakeFleet::Apply& apply) -> CallOutcome {
        if (std::holds_alternative<DeleteCall>(call.what)) return CallNotSent{"refused"};
        return apply();
    };
    const WaitReport report = complete();
    ASSERT_TRUE(report.stopped_by.has_value());
    EXPECT_EQ(report.stopped_by->code, ErrorCode::unreachable);
    EXPECT_EQ(fleet(), 3U);
    world_.fleet.fault = nullptr;
    world_.fleet.sent.clear();
    static_cast<void>(complete());
    EXPECT_EQ(fleet(), 0U);
    for (const std::string& verb : sent())
        EXPECT_TRUE(verb.starts_with("delete") || verb == "stop") << verb;
}

TEST_F(TearDownTest, Afterwards_NothingIsPlannedMissingOrRunAgain) {
    static_cast<void>(complete());
    world_.fleet.sent.clear();
    const Planned planned = world_.plan();
    EXPECT_THAT(planned.plan.changes, IsEmpty());
    EXPECT_THAT(planned.set_aside, ElementsAre(TornDown{"wf", true}));
    EXPECT_THAT(drift(), IsEmpty());
    const WaitReport again = complete();
    EXPECT_TRUE(again.all_completed());
    EXPECT_THAT(again.tasks, SizeIs(2));
    EXPECT_THAT(again.teardowns, IsEmpty());
    EXPECT_THAT(world_.fleet.sent, IsEmpty());
}

TEST_F(TearDownTest, FailedAndTakenDown_LaterRunsSaySo) {
    world_.workflows[0].teardown = Teardown::on_failure;
    static_cast<void>(run({{"design", "failed"}}));
    EXPECT_EQ(fleet(), 0U);
    EXPECT_THAT(world_.plan().set_aside, ElementsAre(TornDown{"wf", false}));
    const WaitReport again = run({});
    EXPECT_FALSE(again.all_completed());
    EXPECT_EQ(again.tasks.at(0).stage, TaskStage::skipped);
    EXPECT_EQ(again.tasks.at(1).stage, TaskStage::failed);
}

TEST_F(TearDownTest, Force_MakesAllOfItOnceMore) {
    static_cast<void>(complete());
    world_.options.force = true;
    EXPECT_THAT(lines(world_.plan().plan), SizeIs(5));
    const WaitReport report = complete();
    EXPECT_TRUE(report.all_completed());
    EXPECT_THAT(report.teardowns, SizeIs(1));
    EXPECT_EQ(world_.fleet.count(Kind::task), 4U) << "a task can't be deleted: the old two and the new two";
    EXPECT_EQ(fleet(), 0U);
}

TEST_F(TearDownTest, Replace_MakesTheFleetAndOnlyThatTaskAgain) {
    world_.workflows[0].teardown = Teardown::on_failure;
    static_cast<void>(run({{"design", "completed"}, {"build", "failed"}}));
    world_.options.replaces = {"wf/task/crew/build"};
    EXPECT_THAT(lines(world_.plan().plan),
                ElementsAre("create wf/agent/architect absent", "create wf/agent/builder absent",
                            "create wf/team/crew absent", "create wf/task/crew/build absent"));
    const WaitReport report = run({{"build", "completed"}});
    EXPECT_TRUE(report.all_completed());
    EXPECT_EQ(world_.fleet.count(Kind::task), 3U);
    EXPECT_EQ(fleet(), 3U) << "it did not fail this time";
    world_.options.replaces.clear();
    EXPECT_THAT(world_.plan().plan.changes, IsEmpty());
    EXPECT_THAT(world_.plan().set_aside, IsEmpty());
}

TEST_F(TearDownTest, NewTask_BringsTheFleetBackAndNoOldTask) {
    static_cast<void>(complete());
    world_.workflows[0].teams[0].tasks.push_back({"ship", "Ship it", "builder", {"build"}, {}});
    EXPECT_THAT(lines(world_.plan().plan),
                ElementsAre("create wf/agent/architect absent", "create wf/agent/builder absent",
                            "create wf/team/crew absent", "create wf/task/crew/ship absent"));
    const WaitReport report = run({{"ship", "completed"}});
    EXPECT_TRUE(report.all_completed());
    EXPECT_THAT(report.tasks, SizeIs(3));
    EXPECT_EQ(world_.fleet.count(Kind::task), 3U);
    EXPECT_EQ(fleet(), 0U);
}

TEST_F(TearDownTest, Destroyed_IsForgottenAndMadeFromTheStart) {
    static_cast<void>(complete());
    world_.options.destroy = true;
    static_cast<void>(world_.apply(world_.plan().plan));
    world_.options.destroy = false;
    EXPECT_THAT(lines(world_.plan().plan), SizeIs(5));
}

TEST_F(TearDownTest, ReviewedPlanOnceMore_MakesNothing) {
    const Plan plan = world_.plan().plan;
    static_cast<void>(run_plan(plan, {{"design", "completed"}, {"build", "completed"}}));
    Plan again = plan;
    const Snapshot now = world_.fleet.read_fleet().value();
    const StateView view = view_state(world_.state, now).value();
    const auto left_out =
        leave_out_torn_down(again, view, world_.state.progress_of(plan_digest(plan)).value());
    EXPECT_THAT(left_out, ElementsAre(TornDown{"wf", true}));
    EXPECT_THAT(again.changes, IsEmpty());
    // One that was made for running it again is carried out.
    world_.options.replaces = {"wf/task/crew/build"};
    Plan meant = world_.plan().plan;
    EXPECT_THAT(leave_out_torn_down(meant, view, {}), IsEmpty());
    EXPECT_THAT(meant.changes, SizeIs(4));
}

TEST_F(TearDownTest, PartOfAWorkflow_IsNeverTakenDown) {
    world_.options.targets = {"wf/task/crew/design"};
    EXPECT_THAT(world_.plan().plan.teardown, IsEmpty());
    static_cast<void>(run({{"design", "completed"}}));
    EXPECT_EQ(fleet(), 3U);
}

TEST_F(TearDownTest, WorkflowWithoutTasks_NeverEnds) {
    world_.workflows[0].teams[0].tasks.clear();
    EXPECT_THAT(world_.plan().plan.teardown, IsEmpty());
    static_cast<void>(run({}));
    EXPECT_EQ(fleet(), 3U);
}

TEST_F(TearDownTest, ServerThatLostItsMemory_IsGivenTheFleetAgainAndNoTaskThatHasRun) {
    world_.workflows[0].teardown = Teardown::never;
    static_cast<void>(run({{"design", "completed"}}));
    for (const LiveResource& live : world_.fleet.everything().resources)
        world_.fleet.erase(live.id);
    const Planned planned = world_.plan();
    EXPECT_THAT(lines(planned.plan),
                ElementsAre("create wf/agent/architect gone", "create wf/agent/builder gone",
                            "create wf/team/crew gone", "create wf/task/crew/build gone"));
    static_cast<void>(run({{"build", "completed"}}));
    EXPECT_EQ(world_.fleet.count(Kind::task), 1U);
    EXPECT_THAT(world_.plan().plan.changes, IsEmpty());
}

TEST_F(TearDownTest, FailedTaskThatTheTargetForgot_IsNotSubmittedUnlessAsked) {
    world_.workflows[0].teardown = Teardown::never;
    static_cast<void>(run({{"design", "failed"}}));
    for (const LiveResource& live : world_.fleet.everything().resources)
        world_.fleet.erase(live.id);
    EXPECT_EQ(world_.plan().stuck, 1U);
    static_cast<void>(world_.apply(world_.plan().plan));
    EXPECT_EQ(world_.fleet.count(Kind::task), 0U);
    world_.options.replaces = {"wf/task/crew/design"};
    static_cast<void>(world_.apply(world_.plan().plan));
    EXPECT_EQ(world_.fleet.count(Kind::task), 1U);
}

TEST_F(TearDownTest, RememberEnds_WritesOnlyWhatIsNew) {
    static_cast<void>(world_.apply(world_.plan().plan));
    world_.complete_tasks();
    const Snapshot now = world_.fleet.read_fleet().value();
    ASSERT_TRUE(remember_ends(now, world_.state, world_.state));
    const int commits = world_.state.commits;
    EXPECT_THAT(world_.state.ended_tasks().value(), SizeIs(1));
    ASSERT_TRUE(remember_ends(now, world_.state, world_.state));
    EXPECT_EQ(world_.state.commits, commits);
}

TEST(TornDownPlan, ChangeOfAWorkflowThatIsNotAtItsEnd_IsFound) {
    Plan plan;
    plan.changes.emplace_back().address = Address::agent("wf", "builder");
    plan.changes.front().action = Action::remove;
    plan.changes.front().reason = Reason::torn_down;
    StateView state;
    EXPECT_EQ(change_before_the_end(plan, state), &plan.changes.front());
    state.torn_down.emplace_back().workflow = "wf";
    EXPECT_EQ(change_before_the_end(plan, state), nullptr);
    state.torn_down.front().workflow = "other";
    plan.changes.front().reason = Reason::orphan;
    EXPECT_EQ(change_before_the_end(plan, state), nullptr);
}

}  // namespace
}  // namespace tlm::test
