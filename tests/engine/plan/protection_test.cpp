// What `tlm.protect`, `tlm.ignore-changes` and --replace make of a plan.
#include "engine/plan/protection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/plan/plan_file.h"
#include "tests/support/world.h"

namespace tlm::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

// The sample fleet, made, and its tasks still pending.
struct Made : World {
    Made() {
        workflows[0].protect = {"wf/agent/*"};
        apply(plan().plan);
    }
    void drop(const char* agent) {
        std::erase_if(workflows[0].agents, [&](const AgentSpec& spec) { return spec.name == agent; });
        workflows[0].teams.clear();
    }
};

TEST(PlanRules, NewProtection_IsAChangeUntilApplyHasRememberedIt) {
    World world;
    world.apply(world.plan().plan);
    world.workflows[0].protect = {"wf/agent/builder"};
    const Planned planned = world.plan();
    EXPECT_TRUE(has_changes(planned.plan));
    EXPECT_THAT(planned.plan.protect, ElementsAre(Protection{"wf", "wf/agent/builder"}));
    EXPECT_EQ(plan_from_text(plan_to_text(planned.plan), "p").value(), planned.plan);
    world.apply(planned.plan);
    EXPECT_THAT(world.plan().plan.protect, IsEmpty());
    EXPECT_FALSE(has_changes(world.plan().plan));
}

TEST(PlanRules, ProtectedAgentOutOfTheWorkflow_IsALossAlsoWhereTheWorkflowSaysNothingMore) {
    Made made;
    made.drop("builder");
    made.options.prune = true;
    for (const bool says_so : {true, false}) {
        if (!says_so) made.workflows[0].protect.clear();
        const Planned planned = made.plan();
        ASSERT_THAT(planned.losses, SizeIs(1));
        EXPECT_EQ(planned.losses[0].address, Address::agent("wf", "builder"));
        EXPECT_TRUE(planned.losses[0].remembered);
    }
    made.state.protected_.clear();
    EXPECT_THAT(made.plan().losses, IsEmpty()) << "lifted";
}

TEST(PlanRules, ProtectedByTheWorkflowAlone_IsALossToo) {
    Made made;
    made.state.protected_.clear();
    made.options.destroy = true;
    const Planned planned = made.plan();
    ASSERT_THAT(planned.losses, SizeIs(2));
    EXPECT_FALSE(planned.losses[0].remembered);
    EXPECT_THAT(planned.plan.protect, IsEmpty()) << "who takes all down has nothing more to protect";
}

TEST(PlanRules, ProtectionOfAnotherWorkflow_DoesNotReachHere) {
    Made made;
    made.workflows[0].protect.clear();
    made.state.protected_ = {{"other", "*"}};
    made.options.destroy = true;
    EXPECT_THAT(made.plan().losses, IsEmpty());
}

TEST(PlanRules, ReplaceOfAProtectedAgent_IsALossAndExcludingItIsNone) {
    Made made;
    made.options.replaces = {"wf/agent/builder"};
    ASSERT_THAT(made.plan().losses, SizeIs(1));
    EXPECT_EQ(made.plan().losses[0].action, Action::replace);
    made.options.excludes = {"wf/agent/builder"};
    EXPECT_THAT(made.plan().losses, IsEmpty());
}

TEST(PlanRules, SurplusOfAProtectedAgent_IsNoLoss) {
    Made made;
    const LiveResource twin = *made.fleet.get(made.state.bound.at(Address::agent("wf", "builder")).id);
    made.fleet.add(Kind::agent, twin.name, twin.attributes);
    made.options.prune = true;
    EXPECT_THAT(lines(made.plan().plan), testing::Contains("delete wf/agent/builder duplicate"));
    EXPECT_THAT(made.plan().losses, IsEmpty());
}

TEST(PlanRules, IgnoredAttribute_IsSetOnCreationAndNotComparedAfterwards) {
    World world;
    world.workflows[0].ignore_changes = {{"wf/agent/arch*", Attribute::program_args},
                                         {"wf/task/*", Attribute::description}};
    world.apply(world.plan().plan);
    const ResourceId id = world.state.bound.at(Address::agent("wf", "architect")).id;
    EXPECT_TRUE(world.fleet.get(id)->attributes.has(Attribute::program_args));
    world.fleet.get(id)->attributes.set(Attribute::program_args, StringList{"--model", "by-hand"});
    world.workflows[0].teams[0].tasks[0].description = "Edited";
    EXPECT_FALSE(has_changes(world.plan().plan));
    world.complete_tasks();
    EXPECT_THAT(world.plan().notices, IsEmpty());
    world.workflows[0].ignore_changes.clear();
    EXPECT_THAT(lines(world.plan().plan), testing::Contains("update wf/agent/architect live_changed"));
}

TEST(ReplaceRules, Agent_MakesItAnewAndWiresItIntoItsTeamAndItsPendingTask) {
    World world;
    world.apply(world.plan().plan);
    const ResourceId old = world.state.bound.at(Address::agent("wf", "architect")).id;
    world.options.replaces = {"wf/agent/architect"};
    const Plan plan = world.plan().plan;
    EXPECT_THAT(
        lines(plan),
        ElementsAre("replace wf/agent/architect requested", "update wf/team/crew member_recreated",
                    "none wf/task/crew/build blocked", "update wf/task/crew/design member_recreated"));
    world.apply(plan);
    EXPECT_EQ(world.fleet.get(old), nullptr);
    world.options.replaces.clear();
    EXPECT_FALSE(has_changes(world.plan().plan));
}

TEST(ReplaceRules, Task_IsSubmittedOnceMoreAndTheOldOneIsLeftBehind) {
    World world;
    world.apply(world.plan().plan);
    world.complete_tasks();
    const Address design = Address::task("wf", "crew", "design");
    const ResourceId old = world.state.bound.at(design).id;
    world.options.replaces = {"wf/task/crew/design"};
    const Plan plan = world.plan().plan;
    EXPECT_THAT(lines(plan),
                ElementsAre("none wf/task/crew/build blocked", "create wf/task/crew/design requested"));
    EXPECT_THAT(plan.changes[1].leaves, ElementsAre(old));
    world.apply(plan);
    const ResourceId now = world.state.bound.at(design).id;
    EXPECT_NE(now, old);
    world.options.replaces.clear();
    EXPECT_THAT(lines(world.plan().plan), ElementsAre("none wf/task/crew/build blocked"));
    EXPECT_EQ(world.state.bound.at(design).id, now) << "the old one does not take its place again";
    world.complete_tasks();
    EXPECT_THAT(lines(world.plan().plan), ElementsAre("create wf/task/crew/build absent"));
}

TEST(ReplaceRules, TaskWhoseApplyIsRepeated_IsNotSubmittedAThirdTime) {
    World world;
    world.apply(world.plan().plan);
    world.options.replaces = {"wf/task/crew/design"};
    const Plan plan = world.plan().plan;
    world.apply(plan);
    const std::size_t all = world.fleet.read_fleet().value().resources.size();
    world.apply(plan);
    EXPECT_EQ(world.fleet.read_fleet().value().resources.size(), all);
    world.reviewed = false;
    world.state.force_unfinished = true;  // a run that was cut short, gone on with
    EXPECT_FALSE(has_changes(world.plan().plan));
}

TEST(ReplaceRules, PatternThatSelectsNothing_IsRefused) {
    World world;
    world.options.replaces = {"wf/agent/nobody"};
    const Snapshot snapshot = world.fleet.read_fleet().value();
    const StateView view = view_state(world.state, snapshot).value();
    const auto planned = make_plan({world.workflows, snapshot, view, "fake:", "", world.options});
    ASSERT_FALSE(planned.has_value());
    EXPECT_EQ(planned.error().code, ErrorCode::bad_input);
}

}  // namespace
}  // namespace tlm::test
