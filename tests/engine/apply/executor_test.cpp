#include "engine/apply/executor.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <utility>

#include "engine/resource/key.h"
#include "tests/support/world.h"

namespace tlm::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

bool is_create_of(const Call& call, Kind kind) {
    return call.kind == kind && std::holds_alternative<CreateCall>(call.what);
}

const ChangeResult& result_of(const ApplyReport& report, const std::string& address) {
    for (const ChangeResult& result : report.results) {
        if (result.change->address.text() == address) return result;
    }
    throw std::runtime_error("no result for " + address);
}

TEST(Apply_FreshFleet, MakesStartsAndBindsEverything) {
    World world;
    const ApplyReport report = world.apply(world.plan().plan);
    EXPECT_EQ(report.count(ResultKind::done), 4U);
    EXPECT_THAT(report.mismatches, IsEmpty());
    EXPECT_EQ(world.state.bound.size(), 4U);
    const auto agent = world.state.bound.at(Address::agent("wf", "architect"));
    EXPECT_EQ(world.fleet.get(agent.id)->attributes.text(Attribute::status), "online");
    EXPECT_EQ(agent.applied.find(Attribute::status), Value("online"));
    EXPECT_THAT(world.state.open_intents().value(), IsEmpty());
}

TEST(Apply_SamePlanTwice, SendsNothingTheSecondTime) {
    World world;
    const Plan plan = world.plan().plan;
    world.apply(plan);
    world.fleet.sent.clear();
    const ApplyReport again = world.apply(plan);
    EXPECT_THAT(world.fleet.sent, IsEmpty());
    EXPECT_EQ(again.count(ResultKind::already), 4U);
}

TEST(Apply_SameForcedPlanTwice, SendsNothingTheSecondTime) {
    World world;
    world.apply(world.plan().plan);
    world.options.force = true;
    const Plan plan = world.plan().plan;
    world.apply(plan);
    world.fleet.sent.clear();
    const ApplyReport again = world.apply(plan);
    EXPECT_THAT(world.fleet.sent, IsEmpty());
    EXPECT_EQ(again.count(ResultKind::already), 4U);
}

TEST(Apply_EveryCall, IsJournalledDurablyBeforeItIsSent) {
    World world;
    world.fleet.fault = [&](const Call& call, const FakeFleet::Apply& apply) {
        EXPECT_TRUE(world.state.intents.contains(call.id.value));
        EXPECT_FALSE(world.state.outcomes.contains(call.id.value));
        return apply();
    };
    world.apply(world.plan().plan);
    EXPECT_EQ(world.state.intents.size(), world.fleet.sent.size());
}

TEST(Apply_ResponseLostAfterCommit, AdoptsInsteadOfCreatingTwice) {
    World world;
    world.fleet.fault = [lost = 0](const Call& call, const FakeFleet::Apply& apply) mutable -> CallOutcome {
        if (!is_create_of(call, Kind::agent) || ++lost > 2) return apply();
        static_cast<void>(apply());
        return CallUnknown{"connection reset"};
    };
    const ApplyReport report = world.apply(world.plan().plan);
    EXPECT_EQ(report.count(ResultKind::done), 4U);
    EXPECT_EQ(world.fleet.count(Kind::agent), 2U);
    EXPECT_EQ(world.fleet.looked_up, 2);
}

TEST(Apply_ResponseOfTheTeamLost, SubmitsTheTasksAllTheSame) {
    World world;
    world.fleet.fault = [lost = false](const Call& call,
                                       const FakeFleet::Apply& apply) mutable -> CallOutcome {
        if (!is_create_of(call, Kind::team) || std::exchange(lost, true)) return apply();
        static_cast<void>(apply());
        return CallUnknown{"connection reset"};
    };
    const ApplyReport report = world.apply(world.plan().plan);
    EXPECT_EQ(report.count(ResultKind::done), 4U);
    EXPECT_EQ(world.fleet.count(Kind::team), 1U);
    EXPECT_EQ(world.fleet.count(Kind::task), 1U);
}

TEST(Apply_RequestLostBeforeCommit, LooksTheKeyUpAndThenCreates) {
    World world;
    world.fleet.fault = [lost = 0](const Call& call, const FakeFleet::Apply& apply) mutable -> CallOutcome {
        if (!is_create_of(call, Kind::agent) || ++lost > 2) return apply();
        return CallUnknown{"timeout"};
    };
    const ApplyReport report = world.apply(world.plan().plan);
    EXPECT_EQ(report.count(ResultKind::done), 4U);
    EXPECT_EQ(world.fleet.count(Kind::agent), 2U);
    EXPECT_EQ(world.fleet.looked_up, 2);
}

TEST(Apply_ForcedCreateWithLostResponse, AdoptsTheNewOneAndNotTheOld) {
    World world;
    world.apply(world.plan().plan);
    const auto old = world.state.bound.at(Address::agent("wf", "architect")).id;
    world.options.force = true;
    world.fleet.fault = [lost = false](const Call& call,
                                       const FakeFleet::Apply& apply) mutable -> CallOutcome {
        if (!is_create_of(call, Kind::agent) || std::exchange(lost, true)) return apply();
        static_cast<void>(apply());
        return CallUnknown{"connection reset"};
    };
    world.apply(world.plan().plan);
    EXPECT_EQ(world.fleet.count(Kind::agent), 4U);
    EXPECT_NE(world.state.bound.at(Address::agent("wf", "architect")).id, old);
}

TEST(Apply_MembersDroppedByTheCreate, ArePatchedIn) {
    World world;
    world.workflows[0].agents[1].runtime = Runtime::docker;
    world.workflows[0].agents[1].docker_image = "img";
    world.fleet.dropped_on_create = {Attribute::docker_image, Attribute::cpus, Attribute::memory};
    world.apply(world.plan().plan);
    const auto agent = world.state.bound.at(Address::agent("wf", "builder")).id;
    EXPECT_EQ(world.fleet.get(agent)->attributes.text(Attribute::docker_image), "img");
    EXPECT_EQ(*world.fleet.get(agent)->attributes.find(Attribute::cpus), Value(std::int64_t{2}));
    EXPECT_FALSE(has_changes(world.plan().plan));
}

TEST(Apply_StartRefused, FailsThatAgentNamesItAndSkipsOnlyWhatNeedsIt) {
    World world;
    world.workflows.push_back(sample_workflow("zz"));
    world.parallelism = 1;
    bool refused = false;
    world.fleet.fault = [&](const Call& call, const FakeFleet::Apply& apply) -> CallOutcome {
        if (!std::holds_alternative<StartCall>(call.what) || std::exchange(refused, true)) return apply();
        return CallRefused{"no capacity"};
    };
    const ApplyReport report = world.apply(world.plan().plan);
    EXPECT_EQ(result_of(report, "wf/agent/architect").kind, ResultKind::failed);
    EXPECT_EQ(result_of(report, "wf/agent/architect").reason,
              "it was created (id agent-0001), but its start failed: no capacity");
    EXPECT_EQ(result_of(report, "wf/team/crew").kind, ResultKind::skipped);
    EXPECT_EQ(result_of(report, "zz/team/crew").kind, ResultKind::done);
    // What was made is bound, so that the next apply only starts it.
    world.fleet.fault = nullptr;
    world.apply(world.plan().plan);
    EXPECT_EQ(world.fleet.count(Kind::agent), 4U);
    EXPECT_FALSE(has_changes(world.plan().plan));
}

TEST(Apply_StartOnARunningAgent, CountsAsDone) {
    World world;
    world.fleet.fault = [](const Call& call, const FakeFleet::Apply& apply) -> CallOutcome {
        CallOutcome outcome = apply();
        if (std::holds_alternative<StartCall>(call.what)) return CallAlreadySo{"agent is already running"};
        return outcome;
    };
    EXPECT_EQ(world.apply(world.plan().plan).count(ResultKind::done), 4U);
}

TEST(Apply_TargetPushesBack, WaitsAsAWholeAndFailsNothing) {
    World world;
    int pushed = 0;
    world.fleet.fault = [&](const Call&, const FakeFleet::Apply& apply) -> CallOutcome {
        if (++pushed % 2 == 1) return CallNotNow{std::chrono::milliseconds(1500), "rate limit"};
        return apply();
    };
    const auto before = world.clock.time;
    const ApplyReport report = world.apply(world.plan().plan);
    EXPECT_EQ(report.count(ResultKind::done), 4U);
    EXPECT_EQ(world.fleet.count(Kind::agent), 2U);
    EXPECT_GE(world.clock.time - before, std::chrono::milliseconds(1500));
}

// A target whose provider lets calls wait for their turn, and ends them one at a time.
class QueueingFleet final : public FleetWriter {
  public:
    QueueingFleet(FakeFleet& fleet, const FakeState& state) : fleet_(fleet), state_(state) {}

    std::size_t at_once(std::size_t calls) override { return 4 * calls; }
    void submit(Call call) override {
        EXPECT_TRUE(state_.intents.contains(call.id.value));
        waiting_.push_back(std::move(call));
        most_waiting = std::max(most_waiting, waiting_.size());
    }
    std::vector<Completion> wait(std::chrono::steady_clock::time_point until) override {
        if (!given_up_.empty()) return std::exchange(given_up_, {});
        if (waiting_.empty()) return {};
        fleet_.submit(std::move(waiting_.front()));
        waiting_.pop_front();
        return fleet_.wait(until);
    }
    void give_up_unsent() override {
        for (const Call& call : waiting_)
            given_up_.push_back({call.id, CallNotSent{"not sent"}});
        waiting_.clear();
    }

    std::size_t most_waiting = 0;

  private:
    FakeFleet& fleet_;
    const FakeState& state_;
    std::deque<Call> waiting_;
    std::vector<Completion> given_up_;
};

ApplyReport apply_queueing(World& world, QueueingFleet& writer, const Plan& plan) {
    ApplyPorts ports{world.fleet, writer, world.state, world.state, world.state, world.clock, world.observer};
    ApplySettings settings;
    settings.parallelism = 4;
    settings.stop_requested = [&] { return world.stop; };
    return execute(plan, {}, ports, settings).value();
}

Workflow many_agents(int count) {
    Workflow workflow;
    workflow.name = "wf";
    for (int i = 0; i < count; ++i)
        workflow.agents.emplace_back().name = fmt::format("agent-{}", i);
    return workflow;
}

TEST(Apply_CallsMayWaitAtTheTarget, ManyShareACommitAndNoneIsSentBeforeItsOwn) {
    World world;
    world.workflows = {many_agents(100)};
    QueueingFleet writer(world.fleet, world.state);
    const Plan plan = world.plan().plan;
    const ApplyReport report = apply_queueing(world, writer, plan);
    EXPECT_EQ(report.count(ResultKind::done), 100U);
    EXPECT_EQ(world.fleet.count(Kind::agent), 100U);
    EXPECT_EQ(writer.most_waiting, 16U);
    // Of 200 calls, each commit takes what the six or more that have ended make room for.
    EXPECT_LE(world.state.commits, 200 / 6 + 4);
    EXPECT_TRUE(world.state.open_intents().value().empty());
}

TEST(Apply_StoppedWhileCallsWait, SendsNoneOfThemAndRecordsSo) {
    World world;
    world.workflows = {many_agents(100)};
    QueueingFleet writer(world.fleet, world.state);
    world.fleet.fault = [&](const Call&, const FakeFleet::Apply& apply) -> CallOutcome {
        world.stop = world.fleet.sent.size() == 10;
        return apply();
    };
    const Plan plan = world.plan().plan;
    const ApplyReport report = apply_queueing(world, writer, plan);
    EXPECT_TRUE(report.interrupted);
    EXPECT_EQ(world.fleet.sent.size(), 10U);
    EXPECT_EQ(report.count(ResultKind::failed), 0U);
    EXPECT_TRUE(world.state.open_intents().value().empty());
}

TEST(Apply_Denied, StopsEverythingAndSaysWhichVariable) {
    World world;
    world.parallelism = 1;
    world.fleet.fault = [](const Call&, const FakeFleet::Apply&) -> CallOutcome {
        return CallDenied{"unauthorized"};
    };
    const ApplyReport report = world.apply(world.plan().plan);
    ASSERT_TRUE(report.stopped_by);
    EXPECT_EQ(report.stopped_by->code, ErrorCode::denied);
    EXPECT_THAT(report.stopped_by->hints.front(), HasSubstr("AGAMEMNON_API_KEY"));
    EXPECT_EQ(world.fleet.sent.size(), 1U);
}

TEST(Apply_NeverSent, RetriesWithinBoundsAndThenCallsTheTargetUnreachable) {
    World world;
    world.parallelism = 1;
    world.fleet.fault = [](const Call&, const FakeFleet::Apply&) -> CallOutcome {
        return CallNotSent{"refused"};
    };
    const ApplyReport report = world.apply(world.plan().plan);
    EXPECT_EQ(report.stopped_by->code, ErrorCode::unreachable);
    EXPECT_EQ(world.fleet.sent.size(), 5U);
}

TEST(Apply_JournalCannotBeWritten, SendsNothing) {
    World world;
    const Plan plan = world.plan().plan;
    world.state.fail_commits_after = 0;
    const ApplyReport report = world.apply(plan);
    EXPECT_THAT(world.fleet.sent, IsEmpty());
    EXPECT_EQ(report.stopped_by->code, ErrorCode::state);
}

TEST(Apply_StopRequested, FinishesWhatIsInFlightAndStartsNothingMore) {
    World world;
    world.parallelism = 1;
    world.fleet.fault = [&](const Call&, const FakeFleet::Apply& apply) {
        world.stop = true;
        return apply();
    };
    const ApplyReport report = world.apply(world.plan().plan);
    EXPECT_TRUE(report.interrupted);
    EXPECT_EQ(world.fleet.sent.size(), 1U);
    EXPECT_THAT(world.state.open_intents().value(), IsEmpty());
    world.stop = false;
    world.fleet.fault = nullptr;
    world.apply(world.plan().plan);
    EXPECT_EQ(world.fleet.count(Kind::agent), 2U);
}

TEST(Apply_LiveResourceMovedSincePlanning, IsAConflictWithBothValuesAndTheRestGoesOn) {
    World world;
    world.apply(world.plan().plan);
    world.workflows[0].agents[0].model = "m2";
    world.workflows[0].agents[1].working_dir = "/new";
    const Plan plan = world.plan().plan;
    const auto id = world.state.bound.at(Address::agent("wf", "architect")).id;
    world.fleet.get(id)->attributes.set(Attribute::program_args, StringList{"--model", "other"});
    const ApplyReport report = world.apply(plan);
    const ChangeResult& conflict = result_of(report, "wf/agent/architect");
    EXPECT_EQ(conflict.kind, ResultKind::conflict);
    ASSERT_EQ(conflict.details.size(), 1U);
    EXPECT_THAT(conflict.details[0], HasSubstr("[\"--model\",\"m2\"]"));
    EXPECT_THAT(conflict.details[0], HasSubstr("live [\"--model\",\"other\"]"));
    EXPECT_EQ(result_of(report, "wf/agent/builder").kind, ResultKind::done);
}

TEST(Apply_AppearedSincePlanning, IsAdoptedWhereAsPlannedAndAConflictWhereNot) {
    World world;
    const Plan plan = world.plan().plan;
    Attributes as_planned = planned_attributes(plan.changes[0]);
    world.fleet.add(Kind::agent, plan.changes[0].key, as_planned);
    world.fleet.add(Kind::agent, plan.changes[1].key, {});
    const ApplyReport report = world.apply(plan);
    EXPECT_EQ(result_of(report, "wf/agent/architect").kind, ResultKind::already);
    EXPECT_EQ(result_of(report, "wf/agent/builder").kind, ResultKind::conflict);
    EXPECT_EQ(result_of(report, "wf/team/crew").kind, ResultKind::skipped);
    EXPECT_TRUE(world.state.bound.contains(Address::agent("wf", "architect")));
}

TEST(Apply_SimultaneousApplyElsewhere_TheOldestStaysAndOursIsDeleted, AndTheStateBindsTheOldest) {
    World world;
    world.parallelism = 1;
    ResourceId theirs;
    world.fleet.fault = [&](const Call& call, const FakeFleet::Apply& apply) {
        if (theirs.empty() && is_create_of(call, Kind::agent)) {
            theirs = world.fleet.add(Kind::agent, std::get<CreateCall>(call.what).name, {});
        }
        return apply();
    };
    const ApplyReport report = world.apply(world.plan().plan);
    EXPECT_THAT(report.settled,
                testing::ElementsAre(HasSubstr("the older one (id " + theirs.text() + ") stays"),
                                     testing::AllOf(HasSubstr("ours"), HasSubstr("is deleted")),
                                     HasSubstr("wf/team/crew: names the agents that stay")));
    EXPECT_EQ(world.fleet.get(theirs)->attributes.text(Attribute::status), "online") << "as planned";
    EXPECT_EQ(world.fleet.count(Kind::agent), 2U);
    EXPECT_EQ(world.state.bound.at(Address::agent("wf", "architect")).id, theirs);
}

TEST(Recover_CreateThatReachedTheTarget_IsBoundAndNotMadeAgain, AfterAKill) {
    World world;
    const Plan plan = world.plan().plan;
    // As a killed run leaves it: the intent is there, the outcome is not, and the resource exists.
    Intent intent;
    intent.id = world.state.reserve();
    intent.address = plan.changes[0].address;
    intent.verb = "create";
    intent.key = plan.changes[0].key;
    intent.attributes = planned_attributes(plan.changes[0]);
    ASSERT_TRUE(world.state.commit({{}, {}, {}, {}, {intent}}).has_value());
    Attributes made = intent.attributes;
    made.set(Attribute::status, std::string("offline"));
    const auto id = world.fleet.add(Kind::agent, intent.key, made);

    const auto told =
        settle_open_intents(world.fleet.read_fleet().value(), world.fleet, world.state, world.state).value();
    ASSERT_EQ(told.size(), 1U);
    EXPECT_THAT(told[0], HasSubstr("did reach the target"));
    EXPECT_EQ(world.state.bound.at(plan.changes[0].address).id, id);
    world.apply(world.plan().plan);
    EXPECT_EQ(world.fleet.count(Kind::agent), 2U);
    EXPECT_EQ(world.fleet.get(id)->attributes.text(Attribute::status), "online");
}

// Stops the run after every k-th call, as often as it takes, and applies again from a fresh plan.
TEST(Apply_StoppedAfterEveryCall, ConvergesWithoutADuplicate) {
    for (std::size_t k = 1; k < 12; ++k) {
        World world;
        world.parallelism = 2;
        std::size_t calls = 0;
        world.fleet.fault = [&](const Call&, const FakeFleet::Apply& apply) {
            world.stop = ++calls % k == 0;
            return apply();
        };
        for (int round = 0; round < 40 && has_changes(world.plan().plan); ++round) {
            world.stop = false;
            world.apply(world.plan().plan);
        }
        EXPECT_FALSE(has_changes(world.plan().plan)) << k;
        EXPECT_EQ(world.fleet.count(Kind::agent), 2U) << k;
        EXPECT_EQ(world.fleet.count(Kind::team), 1U) << k;
        EXPECT_EQ(world.fleet.count(Kind::task), 1U) << k;
    }
}

TEST(Apply_ForceStoppedAfterEveryCall_AndRepeated, MakesNoThirdSet) {
    for (std::size_t k = 1; k < 9; ++k) {
        World world;
        world.apply(world.plan().plan);
        world.options.force = true;
        world.parallelism = 2;
        std::size_t calls = 0;
        world.fleet.fault = [&](const Call&, const FakeFleet::Apply& apply) {
            world.stop = ++calls % k == 0;
            return apply();
        };
        bool done = false;
        for (int round = 0; round < 40 && !done; ++round) {
            world.stop = false;
            done = !world.apply(world.plan().plan).interrupted;
            world.state.force_unfinished = !done;
        }
        EXPECT_TRUE(done) << k;
        EXPECT_EQ(world.fleet.count(Kind::agent), 4U) << k;
        EXPECT_EQ(world.fleet.count(Kind::team), 2U) << k;
        EXPECT_EQ(world.fleet.count(Kind::task), 2U) << k;
        world.fleet.fault = nullptr;
        world.stop = false;
        const Planned next = world.plan();
        EXPECT_EQ(summarise(next.plan).create, 3U + 1U) << k << ": a finished --force is history";
        EXPECT_EQ(next.kept_of_force, 0U) << k;
    }
}

// The server was slow: asked after the time-out it knew of nothing, and then carried the request out all the
// same.
TEST(Apply_CreateCarriedOutAfterTheLookUp, LeavesOneInTheEnd) {
    for (const bool before_the_end : {true, false}) {
        World world;
        world.parallelism = 1;
        CreateCall late;
        int calls = 0;
        const auto arrive = [&] { world.fleet.add(Kind::agent, late.name, late.attributes); };
        world.fleet.fault = [&](const Call& call, const FakeFleet::Apply& apply) -> CallOutcome {
            if (++calls == 1) {
                late = std::get<CreateCall>(call.what);
                return CallUnknown{"timed out"};
            }
            if (before_the_end && calls == 4) arrive();
            return apply();
        };
        world.apply(world.plan().plan);
        world.fleet.fault = nullptr;
        if (!before_the_end) {
            arrive();
            EXPECT_EQ(world.fleet.count(Kind::agent), 3U);
            world.apply(world.plan().plan);
        }
        EXPECT_EQ(world.fleet.count(Kind::agent), 2U) << before_the_end;
        EXPECT_FALSE(has_changes(world.plan().plan)) << before_the_end;
    }
}

TEST(Apply_ThrottledForEver_StopsAndSaysSo, WithinBoundedTime) {
    World world;
    world.fleet.fault = [&](const Call&, const FakeFleet::Apply&) {
        return CallNotNow{std::chrono::milliseconds(1000), "rate limit"};
    };
    const auto begun = world.clock.time;
    const ApplyReport report = world.apply(world.plan().plan);
    ASSERT_TRUE(report.stopped_by.has_value());
    EXPECT_EQ(report.stopped_by->code, ErrorCode::unreachable);
    EXPECT_THAT(report.stopped_by->message, HasSubstr("rate limit"));
    EXPECT_LT(world.clock.time - begun, std::chrono::minutes(16));
    EXPECT_EQ(report.count(ResultKind::failed), 0U);
}

}  // namespace
}  // namespace tlm::test
