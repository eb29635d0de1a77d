#include "engine/plan/rename_hints.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/world.h"

namespace tlm::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class RenameHints : public testing::Test {
  protected:
    RenameHints() { world.apply(world.plan().plan); }
    std::vector<std::string> hints() {
        std::vector<std::string> texts;
        for (const RenameHint& hint : world.plan().renames)
            texts.push_back(hint.from + " " + hint.to);
        return texts;
    }
    Workflow& workflow() { return world.workflows[0]; }
    World world;
};

TEST_F(RenameHints, UnchangedFleet_HasNone) {
    EXPECT_THAT(hints(), IsEmpty());
}

TEST_F(RenameHints, AgentRenamed_IsNamedWithAndWithoutPrune) {
    workflow().agents[0].name = "chief";
    workflow().teams[0].agents = {"builder", "chief"};
    workflow().teams[0].tasks[0].assign_to = "chief";
    EXPECT_THAT(hints(), ElementsAre("wf/agent/architect wf/agent/chief"));
    world.options.prune = true;
    EXPECT_THAT(hints(), ElementsAre("wf/agent/architect wf/agent/chief"));
}

TEST_F(RenameHints, AgentRenamedAndChanged_IsNot) {
    workflow().agents[0].name = "chief";
    workflow().agents[0].model = "m2";
    workflow().teams[0].agents = {"builder", "chief"};
    workflow().teams[0].tasks[0].assign_to = "chief";
    EXPECT_THAT(hints(), IsEmpty());
}

TEST_F(RenameHints, TeamRenamed_IsNamed) {
    workflow().teams[0].name = "band";
    EXPECT_THAT(hints(), ElementsAre("wf/team/crew wf/team/band"));
}

TEST_F(RenameHints, WorkflowRenamed_IsOneHint) {
    workflow().name = "a b";
    EXPECT_THAT(hints(), ElementsAre("wf a b"));
}

TEST_F(RenameHints, MovedToAnotherWorkflowThatIsStillThere_IsNamedOneByOne) {
    Workflow other;
    other.name = "other";
    other.agents = {workflow().agents[1]};
    workflow().agents.pop_back();
    workflow().teams.clear();
    world.workflows.push_back(other);
    EXPECT_THAT(hints(), ElementsAre("wf/agent/builder other/agent/builder"));
}

TEST_F(RenameHints, SeveralThatAreAlike_ArePairedByNameOrNotAtAll) {
    Workflow twins;
    twins.name = "twins";
    AgentSpec agent;
    for (const char* name : {"a", "b"}) {
        agent.name = name;
        twins.agents.push_back(agent);
    }
    world.workflows.push_back(twins);
    world.apply(world.plan().plan);
    world.workflows[1].agents[0].name = "x";
    world.workflows[1].agents[1].name = "y";
    EXPECT_THAT(hints(), IsEmpty()) << "a could be x or y";
    world.workflows[1].agents[1].name = "b";
    EXPECT_THAT(hints(), ElementsAre("twins/agent/a twins/agent/x"));
}

TEST_F(RenameHints, Forced_HasNone) {
    world.options.force = true;
    EXPECT_THAT(hints(), IsEmpty());
}

}  // namespace
}  // namespace tlm::test
