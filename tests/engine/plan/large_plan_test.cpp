// A fleet that is large enough for planning to be shared among threads: the plan is that of a single one.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/drift/drift.h"
#include "engine/plan/plan.h"
#include "engine/resource/desired.h"
#include "tests/support/world.h"

namespace tlm {
namespace {

using test::lines;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::size_t kTeams = 1'000;
constexpr std::size_t kAgentsOfTeam = 12;

std::string agent_name(std::size_t team, std::size_t agent) {
    return fmt::format("agent-{:04}-{:02}", team, agent);
}

Workflow large_workflow() {
    Workflow workflow;
    workflow.name = "large";
    for (std::size_t i = 0; i < kTeams; ++i) {
        TeamSpec team;
        team.name = fmt::format("team-{:04}", i);
        for (std::size_t k = 0; k < kAgentsOfTeam; ++k) {
            AgentSpec agent;
            agent.name = agent_name(i, k);
            agent.working_dir = "/work";
            team.agents.push_back(agent.name);
            workflow.agents.push_back(agent);
        }
        team.tasks.push_back({"task", "Do it", team.agents.front(), {}, {}});
        workflow.teams.push_back(team);
    }
    return workflow;
}

class LargePlanTest : public testing::Test {
  protected:
    // Everything is there and bound, as an apply would have left it.
    LargePlanTest() {
        for (const DesiredResource& desired : desired_resources(workflows_, "")) {
            LiveResource live;
            live.kind = desired.address.kind;
            live.id = {"id of " + desired.address.text()};
            live.name = live.kind == Kind::task ? desired.address.name : desired.key;
            if (live.kind == Kind::task) live.team = id_of(Address::team_of("large", desired.address.team));
            for (const auto& [attribute, value] : desired.attributes) {
                Value shown = value;
                if (attribute == Attribute::assign_to)
                    shown = id_of(Address::agent("large", std::get<std::string>(value))).text();
                if (attribute == Attribute::members) {
                    for (std::string& member : std::get<StringList>(shown))
                        member = id_of(Address::agent("large", member)).text();
                }
                live.attributes.set(attribute, shown);
            }
            view_.bindings.push_back({desired.address, desired.key, live.id, live.team, desired.attributes});
            snapshot_.resources.push_back(live);
        }
    }

    static ResourceId id_of(const Address& address) { return {"id of " + address.text()}; }
    LiveResource& live(const Address& address) {
        return *std::ranges::find(snapshot_.resources, id_of(address), &LiveResource::id);
    }
    Plan plan() { return make_plan({workflows_, snapshot_, view_, "fake:", "", PlanOptions{}}).value().plan; }

    std::vector<Workflow> workflows_ = {large_workflow()};
    Snapshot snapshot_;
    StateView view_;
};

TEST_F(LargePlanTest, Plan_OfWhatIsAsDesired_HasNoChange) {
    EXPECT_THAT(lines(plan()), IsEmpty());
    EXPECT_EQ(plan().unchanged, kTeams * (kAgentsOfTeam + 2));
    const PlanInputs inputs{workflows_, snapshot_, view_, "fake:", "", PlanOptions{}};
    EXPECT_EQ(find_drift(inputs, {}).size(), 0U);
}

// What refers to something that is made anew is found however far from it, and in whichever part it is.
TEST_F(LargePlanTest, Plan_OfAgentsThatMoved_ChangesTheirTeamsAndTasksToo) {
    live(Address::agent("large", agent_name(0, 0))).attributes.set(Attribute::runtime, std::string("docker"));
    live(Address::agent("large", agent_name(999, 1)))
        .attributes.set(Attribute::runtime, std::string("docker"));
    live(Address::agent("large", agent_name(500, 5)))
        .attributes.set(Attribute::working_dir, std::string("/tmp"));
    EXPECT_THAT(lines(plan()), ElementsAre("replace large/agent/agent-0000-00 runtime_moved",  //
                                           "update large/agent/agent-0500-05 live_changed",    //
                                           "replace large/agent/agent-0999-01 runtime_moved",  //
                                           "update large/team/team-0000 member_recreated",     //
                                           "update large/team/team-0999 member_recreated",     //
                                           "update large/task/team-0000/task member_recreated"));
    EXPECT_EQ(plan().unchanged, kTeams * (kAgentsOfTeam + 2) - 6);
}

}  // namespace
}  // namespace tlm
