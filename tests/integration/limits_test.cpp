// A plan that deletes much stops, at plan and at apply, and says which option lets just this one pass.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "tests/integration/fixture.h"

namespace tlm::test {
namespace {

using testing::HasSubstr;

class Limits : public testing::Test {
  protected:
    Limits() {
        server.attach(project);
        agents(12);
        EXPECT_EQ(project.tlm({"apply", "--yes"}).exit_code, 0);
        server.reset_stats();
    }
    void agents(int n) {
        std::string text = "metadata: {name: w}\nteams: []\nagents:\n";
        for (int i = 0; i < n; ++i)
            text += fmt::format("  - name: a{}\n", i);
        project.write("workflows/w.yaml", n == 0 ? "metadata: {name: w}\nteams: []\nagents: []\n" : text);
    }
    Finished run(const std::vector<std::string>& command, int exit_code) const {
        Finished finished = project.tlm(command);
        EXPECT_EQ(finished.exit_code, exit_code) << finished.out << finished.err;
        return finished;
    }
    Server server;
    Project project;
};

TEST_F(Limits, ManyDeletes_StopAtPlanAndAtApplyAndNameTheOptionThatAllowsThem) {
    agents(8);
    const Finished planned = run({"plan", "--prune", "--out", "p.json"}, 7);
    EXPECT_THAT(planned.out, HasSubstr("4 to delete")) << "it is shown";
    EXPECT_THAT(planned.err, HasSubstr("4 of 12 agents and teams of workflow w (33 %)"));
    EXPECT_THAT(planned.err, HasSubstr("`--max-deletes 4`"));
    EXPECT_FALSE(project.exists("p.json")) << "and not written";
    run({"apply", "--prune", "--yes"}, 7);
    run({"apply", "--prune", "--yes", "--max-deletes", "3"}, 7);
    run({"plan", "--prune", "--out", "p.json", "--max-deletes", "4"}, 0);
    run({"apply", "p.json", "--yes"}, 7);
    EXPECT_EQ(server.stat("writes"), 0);
    run({"apply", "p.json", "--yes", "--max-deletes", "4"}, 0);
    EXPECT_EQ(server.stat("agents"), 8);
    run({"apply", "p.json", "--yes"}, 0);
}

// What a reviewer writes into a file, and what it allows: this plan and no other.
TEST_F(Limits, AllowanceForOnePlan_AllowsThatPlanAlone) {
    agents(8);
    const Finished stopped = run({"plan", "--prune", "--out", "p.json"}, 7);
    const std::string digest = stopped.out.substr(stopped.out.find("sha256:"), 71);
    EXPECT_THAT(stopped.out, HasSubstr("can't be applied. Its digest is " + digest + ".\n"));
    EXPECT_THAT(stopped.err, HasSubstr("'4 " + digest + "'"));
    EXPECT_THAT(run({"plan", "--prune", "--concise"}, 7).out, HasSubstr(digest));
    EXPECT_THAT(run({"plan", "--prune", "--format", "markdown"}, 7).out,
                HasSubstr("Digest `" + digest + "`"));
    EXPECT_THAT(run({"apply", "--prune", "--yes"}, 7).err, HasSubstr(digest));

    const std::string allowance = "4 " + digest;
    run({"plan", "--prune", "--out", "p.json", "--max-deletes", allowance}, 0);
    EXPECT_THAT(project.read("p.json"), HasSubstr(digest)) << "the limit is not part of what a plan means";
    agents(7);
    const Finished other =
        run({"plan", "--prune", "--out", "q.json", "--max-deletes", "5" + allowance.substr(1)}, 7);
    EXPECT_THAT(other.err, HasSubstr("--max-deletes allows 5 for the plan " + digest + " only"));
    EXPECT_FALSE(project.exists("q.json"));
    run({"plan", "--prune", "--out", "q.json", "--max-deletes", "5"}, 0);
    EXPECT_EQ(run({"apply", "q.json", "--yes", "--max-deletes", "5" + allowance.substr(1)}, 7).out, "");
    run({"apply", "--prune", "--yes", "--max-deletes", allowance}, 7);
    run({"apply", "p.json", "--yes", "--max-deletes", "3" + allowance.substr(1)}, 7);
    EXPECT_EQ(server.stat("writes"), 0);
    run({"apply", "p.json", "--yes", "--max-deletes", allowance}, 0);
    EXPECT_EQ(server.stat("agents"), 8);
    // An allowance that was left behind takes nothing from the default.
    agents(7);
    run({"apply", "--prune", "--yes", "--max-deletes", "0" + allowance.substr(1)}, 0);
    EXPECT_EQ(server.stat("agents"), 7);
}

TEST_F(Limits, FewDeletes_Pass) {
    agents(9);
    run({"apply", "--prune", "--yes"}, 0);
    EXPECT_EQ(server.stat("agents"), 9);
}

TEST_F(Limits, Everything_StopsAlsoWithForce) {
    agents(0);
    EXPECT_THAT(run({"apply", "--prune", "--yes"}, 7).err, HasSubstr("all 12 agents of workflow w"));
    agents(12);
    EXPECT_THAT(run({"apply", "--prune", "--force", "--yes"}, 7).err, HasSubstr("`--max-deletes 12`"));
    EXPECT_EQ(server.stat("writes"), 0);
    run({"apply", "--prune", "--force", "--yes", "--max-deletes", "100%"}, 0);
    EXPECT_EQ(server.stat("agents"), 12);
}

TEST_F(Limits, AnEmptySetOfWorkflows_IsNeverPlanned) {
    std::filesystem::remove(project.directory / "workflows/w.yaml");
    for (const char* verb : {"plan", "apply"})
        EXPECT_THAT(run({verb, "--prune"}, 7).err, HasSubstr("an empty set of workflows"));
    run({"validate"}, 3);
}

TEST_F(Limits, Destroy_IsAboutNothingElse) {
    run({"destroy", "--yes"}, 0);
    EXPECT_EQ(server.stat("agents"), 0);
}

TEST_F(Limits, NeitherCountNorShare_IsBadInput) {
    const std::string digest = "sha256:" + std::string(64, 'a');
    std::vector<std::string> words = {"", "x", "-1", "101%", "%", "1.5", "4 %", " ", "4 "};
    for (const char* before : {"", " ", "4", "4  ", "4% ", "-4 ", "4\t"})
        words.push_back(before + digest);
    for (const char* after : {" ", "\n", "a", " 4"})
        words.push_back("4 " + digest + after);
    words.push_back("4 " + digest.substr(0, 70));
    words.push_back("4 SHA256:" + std::string(64, 'a'));
    words.push_back("4 sha256:" + std::string(64, 'A'));
    for (const std::string& word : words)
        EXPECT_THAT(run({"plan", "--max-deletes", word}, 3).err, HasSubstr("12, or a share, as 40%")) << word;
}

}  // namespace
}  // namespace tlm::test
