#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cmd/render/drift_text.h"
#include "cmd/render/plan_text.h"
#include "cmd/render/report_text.h"
#include "engine/base/text.h"
#include "engine/plan/plan_file.h"
#include "engine/resource/key.h"
#include "tests/support/golden.h"
#include "tests/support/world.h"

namespace tlm::cmd {
namespace {

// A world in which a plan has one of everything.
test::World eventful() {
    test::World world;
    world.apply(world.plan().plan);
    world.workflows[0].agents[0].model = "m2";
    world.workflows[0].agents[1].runtime = Runtime::docker;
    world.workflows[0].agents[1].docker_image = "img\x1b[31m";
    AgentSpec added;
    added.name = "added";
    world.workflows[0].agents.push_back(added);
    world.fleet.add(Kind::agent, Key::derive("wf", "retired").text(), {});
    world.fleet.add(Kind::agent, Key::derive("other", "architect").text(), {});
    world.fleet.add(Kind::agent, "made-by-hand", {});
    return world;
}

TEST(PlanText, IsAsReviewed) {
    test::World world = eventful();
    const Planned planned = world.plan();
    test::expect_golden("plan.txt", plan_text(planned.plan, {}) + advice_text(planned, {}));
    test::expect_golden("plan.json", plan_to_text(planned.plan));
    world.options.force = world.options.prune = true;
    test::expect_golden("plan-force-prune.txt", plan_text(world.plan().plan, {}));
}

TEST(PlanText, OnANarrowTerminalNoLineIsWiderExceptAddresses) {
    test::World world;
    world.workflows[0].teams[0].tasks[0].description = std::string(500, 'x');
    Layout layout;
    layout.width = 60;
    const std::string text = plan_text(world.plan().plan, layout);
    EXPECT_EQ(text.find(std::string(61, 'x')), std::string::npos);
    EXPECT_NE(text.find("…"), std::string::npos);
}

TEST(PlanText, WithoutColourHoldsNoEscape) {
    test::World world = eventful();
    EXPECT_EQ(plan_text(world.plan().plan, {}).find('\x1b'), std::string::npos);
    EXPECT_NE(plan_text(world.plan().plan, {Style(true), 0}).find("\x1b[32m"), std::string::npos);
}

TEST(ReportText, IsAsReviewed) {
    test::World world;
    world.parallelism = 1;
    world.fleet.fault = [n = 0](const Call& call,
                                const test::FakeFleet::Apply& apply) mutable -> CallOutcome {
        if (std::holds_alternative<StartCall>(call.what) && n++ == 0) return CallRefused{"no capacity (422)"};
        return apply();
    };
    const ApplyReport report = world.apply(world.plan().plan);
    test::expect_golden("report.txt", report_text(report, 1, {}));
}

TEST(DriftText, IsAsReviewed) {
    test::World world = eventful();
    world.workflows = {test::sample_workflow()};
    const auto builder = world.state.bound.at(Address::agent("wf", "builder")).id;
    world.fleet.get(builder)->attributes.set(Attribute::status, std::string("offline"));
    world.fleet.get(builder)->attributes.set(Attribute::working_dir, std::string("/elsewhere"));
    const Snapshot snapshot = world.fleet.read_fleet().value();
    const StateView view = view_state(world.state, snapshot).value();
    const auto findings = find_drift({world.workflows, snapshot, view, "fake:", "", {}}, {});
    test::expect_golden("drift.txt", drift_text(findings, {}));
    test::expect_golden("drift.json", drift_json(findings, "fake:"));
}

}  // namespace
}  // namespace tlm::cmd
