#include "cmd/render/rekey_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cmd/render/plan_markdown.h"
#include "tests/support/golden.h"
#include "tests/support/world.h"

namespace tlm::cmd {
namespace {

using testing::HasSubstr;

// A fleet as applied, and beside it an agent that was made by hand.
class RekeyText : public testing::Test {
  protected:
    RekeyText() {
        world_.workflows[0].agents[0].name = "archi\x1b[31mtect";
        world_.workflows[0].teams[0].agents[0] = "archi\x1b[31mtect";
        world_.workflows[0].teams[0].tasks[0].assign_to = "archi\x1b[31mtect";
        world_.apply(world_.plan().plan);
        snapshot_ = world_.fleet.everything();
        bindings_ = world_.state.bindings().value();
        fleet_.emplace(snapshot_, bindings_, world_.state.left);
    }
    std::string move(const std::string& from, const std::string& to) {
        return move_text(plan_move(from, to, snapshot_, *fleet_, bindings_).value(), {});
    }

    test::World world_;
    Snapshot snapshot_;
    std::vector<Binding> bindings_;
    std::optional<FleetIndex> fleet_;
};

TEST_F(RekeyText, Move_IsAsReviewed) {
    test::expect_golden("state-mv-agent.txt", move("wf/agent/archi%1B[31mtect", "wf/agent/chief"));
    test::expect_golden("state-mv-workflow.txt", move("wf", "audit"));
}

TEST_F(RekeyText, MoveToWhatNoWorkflowHas_IsWarnedOfWithWhatWasProbablyMeant) {
    const auto warning = [&](const std::string& from, const std::string& to) {
        return unwanted_text(plan_move(from, to, snapshot_, *fleet_, bindings_).value(), world_.workflows,
                             {});
    };
    const std::string architect = "wf/agent/archi%1B[31mtect";
    test::expect_golden("state-mv-unwanted.txt", warning(architect, "wf/agent/chief") + "\n" +
                                                     warning(architect, "audit/agent/chief") + "\n" +
                                                     warning("wf", "audit"));
    // As when the workflow was renamed first.
    world_.workflows[0].name = "audit";
    EXPECT_EQ(warning("wf", "audit"), "");
    EXPECT_THAT(warning("wf", "audits"),
                HasSubstr("no workflow here is called `audits`. Did you mean `audit`?"));
    EXPECT_THAT(warning("wf", "audits"), testing::Not(HasSubstr("anew")));
    world_.workflows[0].agents[0].name = "chief";
    world_.workflows[0].teams[0].agents[0] = "chief";
    EXPECT_EQ(warning(architect, "audit/agent/chief"), "");
    EXPECT_THAT(warning(architect, "audit/agent/cheif"),
                HasSubstr("no workflow here has audit/agent/cheif. Did you mean `audit/agent/chief`?"));
    EXPECT_THAT(warning("wf", "audit"), HasSubstr("no workflow here has audit/agent/archi%1B[31mtect."));
}

TEST_F(RekeyText, Forget_IsAsReviewed) {
    test::expect_golden("state-rm.txt", forget_text(bindings_, {}));
}

TEST_F(RekeyText, Import_IsAsReviewed) {
    Attributes attributes;
    attributes.set(Attribute::label, std::string("tes\x1b[31mter"));
    attributes.set(Attribute::runtime, std::string("docker"));
    const ResourceId id = world_.fleet.add(Kind::agent, "my \x1b[31magent", attributes);
    AgentSpec spec;
    spec.name = "tester";
    world_.workflows[0].agents.push_back(spec);
    const auto desired = desired_resources(world_.workflows, "");
    snapshot_ = world_.fleet.everything();
    fleet_.emplace(snapshot_, bindings_, world_.state.left);
    const Adoption adoption =
        plan_adoption(Address::agent("wf", "tester"), id, desired, *fleet_, bindings_).value();
    test::expect_golden("state-import.txt", adoption_text(adoption, *fleet_, {}));
}

TEST_F(RekeyText, Report_IsAsReviewed) {
    const auto items = plan_move("wf", "audit", snapshot_, *fleet_, bindings_).value().items;
    RekeyReport report;
    report.done = {&items[0]};
    report.failed.push_back({&items[1], "name is \x1b[31mtaken"});
    report.state_only = 2;
    report.not_started = 1;
    test::expect_golden("state-mv-report.txt", rekey_report_text(report, "Moved", {}));
}

TEST_F(RekeyText, RenameHints_AreAsReviewed) {
    world_.workflows[0].agents[0].name = "it's";
    world_.workflows[0].teams[0].agents[0] = "it's";
    world_.workflows[0].teams[0].tasks[0].assign_to = "it's";
    const Planned planned = world_.plan();
    test::expect_golden("rename-hint.txt", advice_text(planned, {}));
    EXPECT_THAT(plan_markdown(planned, ""), HasSubstr("tlm state mv "));
}

TEST(InTheWayText, IsAsReviewed) {
    test::World world;
    ApplyReport report;
    const Plan plan = world.plan().plan;
    for (const Change& change : plan.changes) {
        ChangeResult& result = report.results.emplace_back();
        result.change = &change;
        result.kind = ResultKind::failed;
        result.in_the_way = true;
    }
    Attributes attributes;
    attributes.set(Attribute::label, std::string("architect"));
    world.fleet.add(Kind::agent, "old", attributes);
    world.fleet.add(Kind::team, "crew", {});
    world.fleet.add(Kind::team, "builder", {});
    const Snapshot snapshot = world.fleet.everything();
    test::expect_golden("in-the-way.txt", in_the_way_text(in_the_way(report, snapshot), {}));
}

TEST(InTheWay, Words_SayWhetherSomethingExists) {
    for (const char* words :
         {"Agent already exists", "name is taken", "DUPLICATE key", "name must be unique"})
        EXPECT_TRUE(says_exists(words)) << words;
    for (const char* words : {"name must not be empty", "host does not exist", "quota exceeded"})
        EXPECT_FALSE(says_exists(words)) << words;
}

}  // namespace
}  // namespace tlm::cmd
