// A reviewed plan and the real program, after the fleet on the server moved. Every kind of change and of move
// is in tests/engine/apply/stale_plan_test.cpp.
#include <gmock/gmock.h>

#include "engine/resource/key.h"
#include "tests/integration/fixture.h"

namespace tlm::test {
namespace {

using testing::HasSubstr;
using testing::Not;

class ReviewedPlan : public testing::Test {
  protected:
    ReviewedPlan() {
        server.attach(project);
        project.write("workflows/pair.yaml", kPair);
        EXPECT_EQ(project.tlm({"apply", "--yes"}).exit_code, 0);
        // Of no concern to anything else: it goes on whatever becomes of the rest.
        project.write("workflows/zother.yaml",
                      "metadata: {name: zother}\nagents: [{name: solo}]\nteams: []\n");
    }

    void edit(const std::string& from, const std::string& to) {
        std::string text = project.read("workflows/pair.yaml");
        text.replace(text.find(from), from.size(), to);
        project.write("workflows/pair.yaml", text);
    }
    void plan(const std::vector<std::string>& more = {}) {
        std::vector<std::string> command = {"plan", "--out", "p.json"};
        command.insert(command.end(), more.begin(), more.end());
        const Finished finished = project.tlm(command);
        ASSERT_EQ(finished.exit_code, 0) << finished.err;
        server.reset_stats();
    }
    Finished apply(int exit_code) {
        Finished finished = project.tlm({"apply", "p.json", "--yes", "--max-deletes", "3"});
        EXPECT_EQ(finished.exit_code, exit_code) << finished.out << finished.err;
        EXPECT_THAT(server.text("/v1/agents"), HasSubstr(key("zother", "solo")))
            << "unrelated changes proceed";
        return finished;
    }
    static std::string key(const char* workflow, const char* name) {
        return Key::derive(workflow, name).text();
    }
    std::string architect() const { return server.agent_id(key("pair", "architect")); }
    // Writes that have nothing to do with the unrelated change, which is a create and a start.
    int other_writes() const { return server.stat("writes") - 2; }

    Server server;
    Project project;
};

TEST_F(ReviewedPlan, UpdateOfAnAgentThatIsGone_IsAConflictAndItsTeamIsSkipped) {
    edit("m1", "m2");
    edit("[architect, builder]", "[architect]");
    plan();
    server.send("DELETE", "/v1/agents/" + architect(), "");
    server.reset_stats();
    const Finished finished = apply(5);
    EXPECT_THAT(finished.out, HasSubstr("conflict pair/agent/architect: it no longer exists (id "));
    EXPECT_THAT(finished.out,
                HasSubstr(R"(planned ["--model","m1"] -> ["--model","m2"], live nothing (gone))"));
    EXPECT_THAT(finished.out, HasSubstr("skipped  pair/team/crew: it needs pair/agent/architect"));
    EXPECT_THAT(finished.out, HasSubstr("1 created, 1 in conflict, 1 skipped"));
    EXPECT_EQ(other_writes(), 0);
}

TEST_F(ReviewedPlan, AnotherManagedAttributeMoved_IsAConflictThatNamesItsPlannedAndItsLiveValue) {
    edit("m1", "m2");
    plan();
    server.send("PATCH", "/v1/agents/" + architect(), R"({"workingDirectory":"/x"})");
    server.reset_stats();
    EXPECT_THAT(apply(5).out, HasSubstr(R"(working_dir: planned to stay "/work", live "/x")"));
    EXPECT_EQ(other_writes(), 0);
}

TEST_F(ReviewedPlan, AsPlannedAlready_IsSkippedAndBoundSoThatNothingIsLeftToDo) {
    edit("m1", "m2");
    plan();
    server.send("PATCH", "/v1/agents/" + architect(), R"({"programArgs":["--model","m2"]})");
    server.reset_stats();
    EXPECT_THAT(apply(0).out, HasSubstr("1 as planned already"));
    EXPECT_EQ(other_writes(), 0);
    EXPECT_EQ(project.tlm({"plan", "--detailed-exitcode"}).exit_code, 0);
    EXPECT_EQ(project.tlm({"drift"}).exit_code, 0);
}

TEST_F(ReviewedPlan, ReplacedBySomebodysForce_IsAConflictAndTheNewOneIsNotTouched) {
    edit("m1", "m2");
    plan();
    const std::string old = architect();
    edit("m2", "m1");
    ASSERT_EQ(project.tlm({"apply", "--yes", "--force", "workflows/pair.yaml"}).exit_code, 0);
    server.reset_stats();
    EXPECT_THAT(apply(5).out, HasSubstr("the plan is about id " + old));
    EXPECT_EQ(other_writes(), 0);
    EXPECT_THAT(project.tlm({"state", "show", "pair/agent/architect"}).out, Not(HasSubstr(old)));
}

TEST_F(ReviewedPlan, DeleteOfATeamWhoseMembersMoved_IsAConflictAndItsAgentsStay) {
    project.write("workflows/pair.yaml", "metadata: {name: pair}\nagents: []\nteams: []\n");
    plan({"--prune", "--max-deletes", "3"});
    const std::string team = server.get("/v1/teams")["teams"][0]["id"].GetString();
    server.send("PUT", "/v1/teams/" + team, R"({"agentIds":[]})");
    server.reset_stats();
    const Finished finished = apply(5);
    EXPECT_THAT(finished.out,
                HasSubstr(R"(members: planned to be deleted as ["architect","builder"], live [])"));
    EXPECT_THAT(finished.out, HasSubstr("skipped  pair/agent/architect: it needs pair/team/crew"));
    EXPECT_EQ(other_writes(), 0);
}

TEST_F(ReviewedPlan, AdoptionOfAnAgentThatMoved_IsAConflictThatNamesWhatWasReviewed) {
    std::filesystem::remove_all(project.directory / ".tlm");
    plan();
    server.send("PATCH", "/v1/agents/" + architect(), R"({"workingDirectory":"/x"})");
    server.reset_stats();
    const Finished finished = apply(5);
    EXPECT_THAT(finished.out, HasSubstr(R"(working_dir: planned to stay "/work", live "/x")"));
    EXPECT_THAT(finished.out, HasSubstr("3 adopted"));
    EXPECT_EQ(other_writes(), 0);
}

}  // namespace
}  // namespace tlm::test
