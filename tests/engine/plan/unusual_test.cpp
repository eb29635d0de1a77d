#include "engine/plan/unusual.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "tests/support/world.h"

namespace tlm::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Plan made(const std::function<void(World&)>& then) {
    World world;
    world.apply(world.plan().plan);
    then(world);
    return world.plan().plan;
}

std::vector<std::string> about(const Plan& plan, const std::string& address) {
    const auto at = std::ranges::find_if(
        plan.changes, [&](const Change& change) { return change.address.text() == address; });
    return at == plan.changes.end() ? std::vector<std::string>{"no such change"} : unusual_about(*at);
}

TEST(UnusualAbout, OrdinaryChanges_IsNothing) {
    const Plan created = World().plan().plan;
    const Plan updated = made([](World& world) { world.workflows[0].agents[0].model = "m2"; });
    const Plan forced = made([](World& world) { world.options.force = true; });
    const Plan destroyed = made([](World& world) { world.options.destroy = true; });
    for (const Plan* plan : {&created, &updated, &forced, &destroyed}) {
        for (const Change& change : plan->changes)
            EXPECT_THAT(unusual_about(change), IsEmpty()) << change.address.text();
    }
}

TEST(UnusualAbout, WhatIsNotOrdinary_IsALineEach) {
    const Plan adopted = made([](World& world) { world.state.bound.clear(); });
    EXPECT_THAT(about(adopted, "wf/agent/architect"), ElementsAre("id: agent-0001"));
    const Plan replaced = made([](World& world) {
        world.options.replaces = {"wf/agent/builder", "wf/task/crew/design"};
    });
    EXPECT_THAT(about(replaced, "wf/agent/builder"), ElementsAre("id: agent-0002"));
    EXPECT_THAT(about(replaced, "wf/task/crew/design"),
                ElementsAre("precondition: none, it is made whether or not one exists"));
    const Plan imported = made([](World& world) {
        world.fleet.get(ResourceId("agent-0001"))->name = "by-hand";
        world.options.destroy = true;
    });
    EXPECT_THAT(about(imported, "wf/agent/architect"),
                ElementsAre("live name: by-hand, not the key of this address"));
    const Plan ignored = made([](World& world) {
        world.workflows[0].agents[0].model = "m2";
        world.workflows[0].ignore_changes = {{"wf/agent/*", Attribute::label}};
    });
    EXPECT_THAT(about(ignored, "wf/agent/architect"), ElementsAre("precondition: does not look at label"));
}

}  // namespace
}  // namespace tlm::test
