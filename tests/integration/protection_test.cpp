// Protection holds until it is lifted in so many words, and --replace makes one thing anew, once.
#include <gmock/gmock.h>

#include "tests/integration/fixture.h"

namespace tlm::test {
namespace {

using testing::HasSubstr;
using testing::Not;

class Protected : public testing::Test {
  protected:
    Protected() {
        server.attach(project);
        write("  tlm.protect: 'w/agent/db'\n", "  - name: db\n");
        run({"apply", "--yes"}, 0);
        server.reset_stats();
    }
    void write(const std::string& rules, const std::string& agents) const {
        project.write("workflows/w.yaml", "metadata:\n  name: w\n" + rules +
                                              "teams: []\nagents:\n  - name: a\n  - name: b\n" + agents);
    }
    Finished run(const std::vector<std::string>& command, int exit_code) const {
        Finished finished = project.tlm(command);
        EXPECT_EQ(finished.exit_code, exit_code) << finished.out << finished.err;
        return finished;
    }
    Server server;
    Project project;
};

TEST_F(Protected, AgentTakenOutOfTheWorkflow_StopsPlanAndApplyUntilItIsLifted) {
    write("", "");
    const Finished planned = run({"plan", "--prune", "--out", "p.json"}, 7);
    EXPECT_THAT(planned.out,
                HasSubstr("stops: w/agent/db would be deleted, and is protected by `w/agent/db`, "
                          "which the state remembers"));
    EXPECT_THAT(planned.err, HasSubstr("tlm state unprotect w/agent/db"));
    EXPECT_FALSE(project.exists("p.json"));
    EXPECT_THAT(run({"plan", "--prune", "--format", "markdown"}, 7).out, HasSubstr("**stops**"));
    run({"apply", "--prune", "--yes"}, 7);
    run({"plan", "--prune", "--exclude", "w/agent/db"}, 0);
    run({"destroy", "--yes", "--exclude", "w/agent/db"}, 0);
    EXPECT_EQ(server.stat("agents"), 1) << "db is not in the workflow any more";
    EXPECT_THAT(run({"state", "protections"}, 0).out, HasSubstr("w/agent/db  (workflow w)"));
    const auto refused = run({"state", "unprotect", "w/agent/db"}, 3);
    EXPECT_THAT(refused.out, HasSubstr("  w/agent/db  (workflow "));
    EXPECT_THAT(refused.err, HasSubstr("--yes"));
    EXPECT_THAT(run({"state", "unprotect", "w/agent/x", "--yes"}, 3).err, HasSubstr("state protections"));
    run({"state", "unprotect", "w/agent/db", "--yes"}, 0);
    EXPECT_THAT(run({"state", "protections"}, 0).out, HasSubstr("Nothing is protected"));
    run({"apply", "--prune", "--yes", "--max-deletes", "1"}, 0);
    EXPECT_THAT(server.text("/v1/agents"), Not(HasSubstr("-db\"")));
}

TEST_F(Protected, ReviewedPlanThatWasMadeBeforeTheProtection_StopsAtApply) {
    project.write("workflows/w.yaml",
                  "metadata:\n  name: w\nteams: []\nagents:\n  - name: a\n  - name: db\n");
    run({"plan", "--prune", "--out", "p.json"}, 0);
    write("  tlm.protect: 'w/agent/*'\n", "  - name: db\n");
    run({"apply", "--yes"}, 0);
    server.reset_stats();
    const Finished refused = run({"apply", "p.json", "--yes"}, 7);
    EXPECT_THAT(refused.err, HasSubstr("1 resource is protected"));
    EXPECT_EQ(server.stat("writes"), 0);
}

TEST_F(Protected, Destroy_StopsAndNamesWhatIsProtected) {
    EXPECT_THAT(run({"destroy", "--yes"}, 7).err, HasSubstr("w/agent/db"));
    EXPECT_EQ(server.stat("writes"), 0);
}

TEST_F(Protected, OfAnUnchangedFleet_IsRememberedByAnApplyThatSendsNothing) {
    write("  tlm.protect: 'w/agent/db,w/agent/a'\n", "  - name: db\n");
    const Finished planned = run({"plan", "--detailed-exitcode"}, 2);
    EXPECT_THAT(planned.out, HasSubstr("protects from now on: w/agent/a\n"));
    run({"apply", "--yes"}, 0);
    EXPECT_EQ(server.stat("writes"), 0);
    EXPECT_THAT(run({"plan", "--detailed-exitcode"}, 0).out, HasSubstr("No changes"));
}

class Replaced : public testing::Test {
  protected:
    Replaced() {
        server.attach(project);
        project.write("workflows/pair.yaml", kPair);
        EXPECT_EQ(project.tlm({"apply", "--yes"}).exit_code, 0);
        server.reset_stats();
    }
    Server server;
    Project project;
};

TEST_F(Replaced, TaskWhoseAnswerIsLost_IsThereTwiceAndNotThrice) {
    server.fault("POST", "/v1/teams/*/tasks", R"({"kind":"drop_after"})");
    const Finished applied = project.tlm({"apply", "--yes", "--replace", "pair/task/crew/design"});
    EXPECT_EQ(applied.exit_code, 0) << applied.out << applied.err;
    EXPECT_EQ(server.stat("tasks"), 2);
    EXPECT_EQ(project.tlm({"plan", "--detailed-exitcode"}).exit_code, 0);
    EXPECT_EQ(project.tlm({"drift"}).exit_code, 0) << "what can't be deleted is history";
}

TEST_F(Replaced, AgentAndTeam_AreMadeAnewAndNothingElseIsTouched) {
    const std::string before = server.text("/v1/agents");
    const Finished applied =
        project.tlm({"apply", "--yes", "--replace", "pair/agent/builder", "--replace", "pair/team/crew"});
    EXPECT_EQ(applied.exit_code, 0) << applied.out << applied.err;
    EXPECT_EQ(server.stat("agents"), 2);
    EXPECT_EQ(server.stat("teams"), 1);
    EXPECT_EQ(server.stat("tasks"), 1) << "its tasks are not submitted again";
    EXPECT_NE(server.text("/v1/agents"), before);
    EXPECT_EQ(project.tlm({"plan", "--detailed-exitcode"}).exit_code, 0);
}

}  // namespace
}  // namespace tlm::test
