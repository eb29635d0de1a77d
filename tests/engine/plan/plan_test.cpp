#include "engine/plan/plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/resource/key.h"
#include "tests/support/world.h"

namespace tlm::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::string key(const char* name) {
    return Key::derive("wf", name).text();
}

TEST(Plan_EmptyFleet, CreatesAllAndHoldsBlockedTasksBack) {
    World world;
    const Planned planned = world.plan();
    EXPECT_THAT(lines(planned.plan),
                ElementsAre("create wf/agent/architect absent", "create wf/agent/builder absent",
                            "create wf/team/crew absent", "none wf/task/crew/build blocked",
                            "create wf/task/crew/design absent"));
    EXPECT_THAT(planned.plan.changes[3].waits_for, ElementsAre(Address::task("wf", "crew", "design")));
    EXPECT_THAT(planned.plan.changes[4].depends_on,
                ElementsAre(Address::agent("wf", "architect"), Address::team_of("wf", "crew")));
    EXPECT_EQ(summarise(planned.plan).waiting, 1U);
    EXPECT_TRUE(has_changes(planned.plan));
}

TEST(Plan_AfterApply, OnlyTheWaitingTaskIsLeftAndThatIsNoChange) {
    World world;
    world.apply(world.plan().plan);
    const Planned again = world.plan();
    EXPECT_THAT(lines(again.plan), ElementsAre("none wf/task/crew/build blocked"));
    EXPECT_FALSE(has_changes(again.plan));
    EXPECT_EQ(again.plan.unchanged, 4U);
}

TEST(Plan_PredecessorCompleted, SubmitsTheTask) {
    World world;
    world.apply(world.plan().plan);
    world.complete_tasks();
    EXPECT_THAT(lines(world.plan().plan), ElementsAre("create wf/task/crew/build absent"));
}

TEST(Plan_TaskWithAStatusThatNobodyKnows, RememberedEndCountsAndThePlanSaysSo) {
    World world;
    world.apply(world.plan().plan);
    const auto design = Address::task("wf", "crew", "design");
    const ResourceId id = world.state.bound.at(design).id;
    world.fleet.get(id)->attributes.set(Attribute::status, std::string("closed"));
    const Planned unknown = world.plan();
    EXPECT_THAT(lines(unknown.plan), ElementsAre("none wf/task/crew/build blocked"));
    ASSERT_EQ(unknown.notices.size(), 1U);
    EXPECT_THAT(unknown.notices[0].text,
                testing::HasSubstr("`closed`, which tlm does not know: it counts as not"));
    world.state.ended[design] = {design, id, TaskEnd::completed};
    const Planned remembered = world.plan();
    EXPECT_THAT(lines(remembered.plan), ElementsAre("create wf/task/crew/build absent"));
    ASSERT_EQ(remembered.notices.size(), 1U);
    EXPECT_THAT(remembered.notices[0].text, testing::HasSubstr("it completed before, and that counts"));
}

TEST(Plan_AddressThatIsAPatternToo, MeansItselfOrIsRefused) {
    World world;
    for (const char* name : {"agent-*", "agent-1"}) {
        world.workflows[0].agents.push_back(world.workflows[0].agents[0]);
        world.workflows[0].agents.back().name = name;
    }
    const auto targeted = [&](const char* option) {
        PlanOptions options;
        options.targets = {option};
        return make_plan(
            {world.workflows, world.fleet.read_fleet().value(), StateView(), "fake:", "", options});
    };
    EXPECT_EQ(targeted("wf/agent/agent-*").error().code, ErrorCode::bad_input);
    EXPECT_THAT(lines(targeted("wf/agent/agent-\\*").value().plan),
                ElementsAre("create wf/agent/agent-* absent"));
    EXPECT_EQ(targeted("wf\\/agent/agent-*").value().plan.changes.size(), 2U);
}

TEST(Plan_StateLost, AdoptsEverythingByKey) {
    World world;
    world.apply(world.plan().plan);
    world.state.bound.clear();
    EXPECT_THAT(lines(world.plan().plan),
                ElementsAre("adopt wf/agent/architect unbound", "adopt wf/agent/builder unbound",
                            "adopt wf/team/crew unbound", "none wf/task/crew/build blocked",
                            "adopt wf/task/crew/design unbound"));
}

TEST(Plan_WorkflowEdited_UpdatesWithReasonWorkflowChanged, AttributeByAttribute) {
    World world;
    world.apply(world.plan().plan);
    world.workflows[0].agents[0].model = "m2";
    const Planned planned = world.plan();
    ASSERT_THAT(lines(planned.plan),
                ElementsAre("update wf/agent/architect workflow_changed", "none wf/task/crew/build blocked"));
    const AttributeChange expected{Attribute::program_args, StringList{"--model", "m1"},
                                   StringList{"--model", "m2"}};
    EXPECT_THAT(planned.plan.changes[0].attributes, ElementsAre(expected));
}

TEST(Plan_ChangedOnTheTarget, UpdatesWithReasonLiveChanged) {
    World world;
    world.apply(world.plan().plan);
    const auto id = world.state.bound.at(Address::agent("wf", "builder")).id;
    world.fleet.get(id)->attributes.set(Attribute::working_dir, std::string("/elsewhere"));
    EXPECT_THAT(lines(world.plan().plan),
                ElementsAre("update wf/agent/builder live_changed", "none wf/task/crew/build blocked"));
}

TEST(Plan_AttributeThatTheWorkflowDoesNotSet, IsNeverChanged) {
    World world;
    world.apply(world.plan().plan);
    const auto id = world.state.bound.at(Address::agent("wf", "architect")).id;
    world.fleet.get(id)->attributes.set(Attribute::working_dir, std::string("/elsewhere"));
    EXPECT_FALSE(has_changes(world.plan().plan));
}

TEST(Plan_AttributeThatTheTargetDoesNotReport, IsComparedWithWhatWasLastApplied) {
    World world;
    world.apply(world.plan().plan);
    const auto id = world.state.bound.at(Address::agent("wf", "architect")).id;
    world.fleet.get(id)->attributes.erase(Attribute::program_args);
    EXPECT_FALSE(has_changes(world.plan().plan));
}

TEST(Plan_AgentStopped, StartsItAgain) {
    World world;
    world.apply(world.plan().plan);
    const auto id = world.state.bound.at(Address::agent("wf", "builder")).id;
    world.fleet.get(id)->attributes.set(Attribute::status, std::string("offline"));
    EXPECT_THAT(lines(world.plan().plan),
                ElementsAre("update wf/agent/builder stopped", "none wf/task/crew/build blocked"));
}

TEST(Plan_AgentDeletedByOthers, IsMadeAgainAndWiredIntoItsTeam) {
    World world;
    world.apply(world.plan().plan);
    world.fleet.erase(world.state.bound.at(Address::agent("wf", "builder")).id);
    const Planned planned = world.plan();
    ASSERT_THAT(lines(planned.plan),
                ElementsAre("create wf/agent/builder gone", "update wf/team/crew member_recreated",
                            "none wf/task/crew/build blocked"));
    world.apply(planned.plan);
    const auto team = world.state.bound.at(Address::team_of("wf", "crew")).id;
    const auto agent = world.state.bound.at(Address::agent("wf", "builder")).id;
    EXPECT_THAT(std::get<StringList>(*world.fleet.get(team)->attributes.find(Attribute::members)),
                testing::Contains(agent.text()));
    EXPECT_FALSE(has_changes(world.plan().plan));
}

TEST(Plan_RuntimeMoved, ReplacesTheAgentAndUpdatesItsTeam) {
    World world;
    world.apply(world.plan().plan);
    world.workflows[0].agents[1].runtime = Runtime::docker;
    world.workflows[0].agents[1].docker_image = "img";
    const Planned planned = world.plan();
    ASSERT_THAT(lines(planned.plan),
                ElementsAre("replace wf/agent/builder runtime_moved", "update wf/team/crew member_recreated",
                            "none wf/task/crew/build blocked"));
    const ApplyReport report = world.apply(planned.plan);
    EXPECT_EQ(report.count(ResultKind::done), 2U);
    EXPECT_EQ(world.fleet.count(Kind::agent), 2U);
    EXPECT_FALSE(has_changes(world.plan().plan));
}

TEST(Plan_TaskEditedAfterItWasCompleted, IsANoticeAndNoChange) {
    World world;
    world.apply(world.plan().plan);
    world.complete_tasks();
    world.apply(world.plan().plan);
    world.workflows[0].teams[0].tasks[0].description = "Draw it better";
    const Planned planned = world.plan();
    EXPECT_FALSE(has_changes(planned.plan));
    ASSERT_EQ(planned.notices.size(), 1U);
    EXPECT_EQ(planned.notices[0].address.text(), "wf/task/crew/design");
}

TEST(Plan_TaskEditedWhilePending, IsUpdated) {
    World world;
    world.apply(world.plan().plan);
    world.workflows[0].teams[0].tasks[0].description = "Draw it better";
    EXPECT_THAT(lines(world.plan().plan), ElementsAre("none wf/task/crew/build blocked",
                                                      "update wf/task/crew/design workflow_changed"));
}

TEST(Plan_AgentRemovedFromTheWorkflow, IsAnOrphanThatOnlyPruneDeletes) {
    World world;
    world.apply(world.plan().plan);
    world.workflows[0].agents.pop_back();
    world.workflows[0].teams[0].agents = {"architect"};
    world.workflows[0].teams[0].tasks.pop_back();
    const Planned kept = world.plan();
    EXPECT_THAT(lines(kept.plan), ElementsAre("update wf/team/crew workflow_changed"));
    ASSERT_EQ(kept.strays.size(), 1U);
    EXPECT_EQ(kept.strays[0].address, Address::agent("wf", "builder"));

    world.options.prune = true;
    const Planned pruned = world.plan();
    ASSERT_THAT(lines(pruned.plan),
                ElementsAre("delete wf/agent/builder orphan", "update wf/team/crew workflow_changed"));
    EXPECT_THAT(pruned.plan.changes[0].depends_on, ElementsAre(Address::team_of("wf", "crew")));
    EXPECT_EQ(world.apply(pruned.plan).count(ResultKind::done), 2U);
    EXPECT_EQ(world.fleet.count(Kind::agent), 1U);
}

TEST(Plan_Prune, LeavesAloneWhatIsNotProvablyOurs) {
    World world;
    world.apply(world.plan().plan);
    world.fleet.add(Kind::agent, "made-by-hand", {});
    world.fleet.add(Kind::agent, Key::derive("other", "architect").text(), {});
    world.fleet.add(Kind::agent, Key::derive("wf", "odd name").text(), {});
    world.options.prune = true;
    EXPECT_FALSE(has_changes(world.plan().plan));
}

TEST(Plan_Force, CreatesAnewAndNamesWhatIsLeftBehind) {
    World world;
    world.apply(world.plan().plan);
    world.options.force = true;
    const Planned forced = world.plan();
    ASSERT_THAT(lines(forced.plan),
                ElementsAre("create wf/agent/architect forced", "create wf/agent/builder forced",
                            "create wf/team/crew forced", "none wf/task/crew/build blocked",
                            "create wf/task/crew/design forced"));
    const ApplyReport report = world.apply(forced.plan);
    EXPECT_EQ(report.left_behind.size(), 3U);
    EXPECT_EQ(world.fleet.count(Kind::agent), 4U);

    world.options.force = false;
    const Planned after = world.plan();
    EXPECT_FALSE(has_changes(after.plan));
    EXPECT_EQ(after.strays.size(), 3U);
    for (const Stray& stray : after.strays)
        EXPECT_EQ(stray.kind, StrayKind::left_behind);
}

TEST(Plan_ForceAndPrune, DeletesTheOldOnesAfterTheNewOnesStand) {
    World world;
    world.apply(world.plan().plan);
    world.options.force = true;
    world.options.prune = true;
    const Planned planned = world.plan();
    EXPECT_EQ(summarise(planned.plan).remove, 3U);
    EXPECT_EQ(world.apply(planned.plan).count(ResultKind::failed), 0U);
    EXPECT_EQ(world.fleet.count(Kind::agent), 2U);
    EXPECT_EQ(world.fleet.count(Kind::team), 1U);
    world.options = {};
    const Planned after = world.plan();
    EXPECT_FALSE(has_changes(after.plan));
    EXPECT_THAT(after.strays, IsEmpty());
}

TEST(Plan_Destroy, DeletesTeamsBeforeAgentsAndForgetsTheBindings) {
    World world;
    world.apply(world.plan().plan);
    world.options.destroy = true;
    const Planned planned = world.plan();
    ASSERT_THAT(lines(planned.plan),
                ElementsAre("delete wf/agent/architect destroyed", "delete wf/agent/builder destroyed",
                            "delete wf/team/crew destroyed"));
    world.fleet.sent.clear();
    world.apply(planned.plan);
    EXPECT_EQ(world.fleet.sent.front().kind, Kind::team);
    EXPECT_EQ(world.fleet.count(Kind::agent) + world.fleet.count(Kind::team), 0U);
    EXPECT_THAT(world.state.bound, IsEmpty());
}

TEST(Plan_Target, KeepsWhatIsSelectedAndWhatItNeeds) {
    World world;
    world.options.targets = {"wf/team/*"};
    EXPECT_THAT(lines(world.plan().plan),
                ElementsAre("create wf/agent/architect absent", "create wf/agent/builder absent",
                            "create wf/team/crew absent"));
}

TEST(Plan_Exclude, DropsWhatIsSelectedAndWhatNeedsIt) {
    World world;
    world.options.excludes = {"wf/agent/builder"};
    EXPECT_THAT(lines(world.plan().plan),
                ElementsAre("create wf/agent/architect absent", "none wf/task/crew/build blocked"));
}

TEST(Plan_TargetThatSelectsNothing, IsBadInput) {
    World world;
    world.options.targets = {"wf/agents/*"};
    const Snapshot empty;
    const auto planned = make_plan({world.workflows, empty, StateView{}, "fake:", "", world.options});
    ASSERT_FALSE(planned.has_value());
    EXPECT_EQ(planned.error().code, ErrorCode::bad_input);
}

TEST(Plan_TwoCarriersOfOneKey, TheOldestIsMeantAndTheOtherIsADuplicate) {
    World world;
    world.apply(world.plan().plan);
    world.state.bound.clear();
    const auto copy = world.fleet.add(Kind::agent, key("architect"), {});
    const Planned planned = world.plan();
    ASSERT_EQ(planned.strays.size(), 1U);
    EXPECT_EQ(planned.strays[0].kind, StrayKind::duplicate);
    EXPECT_EQ(planned.strays[0].live->id, copy);
}

}  // namespace
}  // namespace tlm::test
