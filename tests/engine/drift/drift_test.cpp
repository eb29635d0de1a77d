#include "engine/drift/drift.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/resource/key.h"
#include "tests/support/world.h"

namespace tlm::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> drift(World& world, const std::set<DriftKind>& ignored = {}) {
    const Snapshot snapshot = world.fleet.read_fleet().value();
    const StateView view = view_state(world.state, snapshot).value();
    std::vector<std::string> result;
    for (const Finding& finding : find_drift({world.workflows, snapshot, view, "fake:", "", {}}, ignored)) {
        result.push_back(std::string(drift_name(finding.kind)) + " " +
                         (finding.address ? finding.address->text() : finding.name));
    }
    return result;
}

TEST(Drift_AfterApply, IsNone) {
    World world;
    world.apply(world.plan().plan);
    EXPECT_THAT(drift(world), IsEmpty());
}

TEST(Drift_WorkflowEditedButNotApplied, IsNone) {
    World world;
    world.apply(world.plan().plan);
    world.workflows[0].agents[0].model = "m2";
    EXPECT_THAT(drift(world), IsEmpty());
}

TEST(Drift_EveryKind, IsNamed) {
    World world;
    world.apply(world.plan().plan);
    const auto id = [&](const char* name) { return world.state.bound.at(Address::agent("wf", name)).id; };
    world.fleet.get(id("builder"))->attributes.set(Attribute::working_dir, std::string("/elsewhere"));
    world.fleet.get(id("builder"))->attributes.set(Attribute::status, std::string("offline"));
    world.fleet.erase(world.state.bound.at(Address::team_of("wf", "crew")).id);
    world.fleet.add(Kind::agent, Key::derive("wf", "architect").text(), {});
    world.fleet.add(Kind::agent, Key::derive("wf", "retired").text(), {});
    world.fleet.add(Kind::team, Key::derive("other", "crew").text(), {});
    world.fleet.add(Kind::agent, "by-hand", {});
    EXPECT_THAT(drift(world),
                ElementsAre("duplicate wf/agent/architect", "changed wf/agent/builder",
                            "stopped wf/agent/builder", "orphan wf/agent/retired", "missing wf/team/crew",
                            "orphan " + Key::derive("other", "crew").text(), "unowned by-hand"));
    EXPECT_THAT(drift(world, {DriftKind::orphan, DriftKind::unowned, DriftKind::duplicate}),
                ElementsAre("changed wf/agent/builder", "stopped wf/agent/builder", "missing wf/team/crew"));
}

TEST(Drift_AfterForce, ReportsExactlyTheOnesLeftBehind) {
    World world;
    world.apply(world.plan().plan);
    world.options.force = true;
    world.apply(world.plan().plan);
    EXPECT_THAT(drift(world),
                ElementsAre("orphan wf/agent/architect", "orphan wf/agent/builder", "orphan wf/team/crew"));
}

}  // namespace
}  // namespace tlm::test
