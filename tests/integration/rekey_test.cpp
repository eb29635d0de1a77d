// `tlm state mv`, `rm` and `import`: the real program against the simulated server and the sandbox.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <csignal>

#include "engine/resource/key.h"
#include "tests/integration/fixture.h"
#include "tests/reliability/victim.h"

namespace tlm::test {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string replaced(std::string text, const std::string& from, const std::string& to) {
    for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
        text.replace(at, from.size(), to);
    return text;
}

const std::string kRenamedWorkflow = replaced(kPair, "name: pair", "name: duo");
const std::string kRenamedAgent = replaced(kPair, "architect", "chief");

class Rekeyed : public testing::TestWithParam<bool> {
  protected:
    Rekeyed() {
        if (GetParam()) server.attach(project);
        project.write("workflows/pair.yaml", kPair);
        run({"apply", "--yes"});
        // The second task waits for the first one; the sandbox completes what is ready by itself.
        static_cast<void>(server.admin("POST", "/tasks/complete", R"({"all":true})"));
        run({"apply", "--yes"});
    }
    Finished run(const std::vector<std::string>& command, int exit_code = 0) const {
        Finished finished = project.tlm(command);
        EXPECT_EQ(finished.exit_code, exit_code) << finished.out << finished.err;
        return finished;
    }
    std::string id(const std::string& address) const {
        const std::string shown = run({"state", "show", address}).out;
        const std::size_t at = shown.find("id: ") + 4;
        return shown.substr(at, shown.find('\n', at) - at);
    }
    Server server;
    Project project;
};

TEST_P(Rekeyed, WorkflowIsRenamed_ThePlanHasNoChangesAndTheIdsStay) {
    const std::string architect = id("pair/agent/architect");
    project.write("workflows/pair.yaml", kRenamedWorkflow);
    EXPECT_THAT(run({"plan"}).out, HasSubstr("tlm state mv pair duo"));
    const Finished moved = run({"state", "mv", "pair", "duo", "--yes"});
    EXPECT_THAT(moved.out, HasSubstr("3 renamed on the target"));
    EXPECT_EQ(id("duo/agent/architect"), architect);
    const Finished plan = run({"plan", "--refresh=false"});
    EXPECT_THAT(plan.out, HasSubstr("No changes: 5 unchanged."));
    EXPECT_THAT(plan.out, Not(HasSubstr("rphan")));
    EXPECT_THAT(run({"plan"}).out, Not(HasSubstr("state mv")));
    EXPECT_THAT(run({"state", "mv", "pair", "duo", "--yes"}).out, HasSubstr("Moved already"));
    EXPECT_THAT(run({"state", "list"}).out, Not(HasSubstr("pair/")));
    EXPECT_THAT(run({"log"}).out, HasSubstr("state mv"));
    run({"plan", "--detailed-exitcode"});
    run({"drift"});
}

TEST_P(Rekeyed, AgentIsRenamed_OnlyItsLabelIsLeftToApply) {
    project.write("workflows/pair.yaml", kRenamedAgent);
    EXPECT_THAT(run({"plan"}).out, HasSubstr("tlm state mv pair/agent/architect pair/agent/chief"));
    run({"state", "mv", "pair/agent/architect", "pair/agent/chief", "--yes"});
    const Finished plan = run({"plan"});
    EXPECT_THAT(plan.out, HasSubstr("label: \"architect\" -> \"chief\""));
    EXPECT_THAT(plan.out, Not(HasSubstr("create ")));
    EXPECT_THAT(plan.out, Not(HasSubstr("members")));
    run({"apply", "--yes"});
    EXPECT_THAT(run({"plan"}).out, HasSubstr("No changes"));
}

TEST_P(Rekeyed, NewNameThatNoWorkflowHas_IsWarnedOfBeforeTheQuestion) {
    project.write("workflows/pair.yaml", kRenamedWorkflow);
    EXPECT_THAT(run({"state", "mv", "pair", "dou"}, 3).out,
                HasSubstr("warning: no workflow here is called `dou`. Did you mean `duo`?\n"));
    const std::string asked =
        project.tlm_in_terminal({"state", "mv", "pair", "dou", "--no-color"}, "no\n").out;
    EXPECT_LT(asked.find("warning: no workflow here is called `dou`"), asked.find("Move this?")) << asked;
    EXPECT_THAT(run({"state", "mv", "pair", "duo"}, 3).out, Not(HasSubstr("warning")));
    EXPECT_THAT(run({"state", "mv", "pair", "dou", "--workflows", "none"}, 3).out,
                HasSubstr("note: there are no workflow files here, so that nobody has looked"));
    project.write("workflows/broken.yaml", "name: [");
    const Finished broken = run({"state", "mv", "pair", "duo", "--yes"});
    EXPECT_THAT(broken.out, HasSubstr("note: the workflow files here have faults"));
    EXPECT_THAT(broken.out, HasSubstr("3 renamed on the target")) << "a move needs no workflow";
}

TEST_P(Rekeyed, WithoutYesAndTerminal_IsShownAndRefusedAndOnOneOnlyYesIsTaken) {
    const std::string before = run({"state", "list"}).out;
    const Finished moved = run({"state", "mv", "pair", "duo"}, 3);
    EXPECT_THAT(moved.out, HasSubstr("  pair/agent/architect -> duo/agent/architect  (id "));
    EXPECT_THAT(moved.out, HasSubstr("Move: 3 to rename"));
    EXPECT_THAT(moved.err, HasSubstr("Nothing was changed. Give --yes"));
    const Finished forgotten = run({"state", "rm", "pair/*"}, 3);
    EXPECT_THAT(forgotten.out, HasSubstr("  pair/agent/architect  (id "));
    EXPECT_THAT(forgotten.err, HasSubstr("Nothing was changed. Give --yes"));
    EXPECT_EQ(run({"state", "list"}).out, before);
    const std::string crew = id("pair/team/crew");
    run({"state", "rm", "pair/team/crew", "--yes"});
    const Finished imported = run({"state", "import", "pair/team/crew", crew}, 3);
    EXPECT_THAT(imported.out, HasSubstr("= import   pair/team/crew  (id " + crew));
    EXPECT_THAT(imported.err, HasSubstr("Nothing was changed. Give --yes"));
    EXPECT_THAT(run({"state", "list"}).out, Not(HasSubstr("pair/team/crew")));
    run({"state", "import", "pair/team/crew", crew, "--yes"});

    EXPECT_EQ(project.tlm_in_terminal({"state", "mv", "pair", "duo"}, "y\n").exit_code, 8);
    EXPECT_THAT(run({"state", "list"}).out, HasSubstr("pair/agent/architect"));
    EXPECT_EQ(project.tlm_in_terminal({"state", "mv", "pair", "duo"}, "yes\n").exit_code, 0);
    EXPECT_THAT(run({"state", "list"}).out, HasSubstr("duo/agent/architect"));
}

TEST_P(Rekeyed, WhatDoesNotFit_IsRefusedAndNothingIsChanged) {
    const std::string before = run({"state", "list"}).out;
    const auto refused = [&](const std::vector<std::string>& command, int exit_code) {
        return run(command, exit_code).err;
    };
    EXPECT_THAT(refused({"state", "mv", "pair/agent/architekt", "pair/agent/x", "--yes"}, 3),
                HasSubstr("Did you mean `pair/agent/architect`?"));
    EXPECT_THAT(refused({"state", "mv", "pair/agent/architect", "pair/agent/builder", "--yes"}, 5),
                HasSubstr("another one stands there already"));
    EXPECT_THAT(refused({"state", "mv", "pair/agent/architect", "pair/team/x", "--yes"}, 3),
                HasSubstr("is an agent"));
    EXPECT_THAT(refused({"state", "rm", "pair/agent/architekt", "--yes"}, 3), HasSubstr("Did you mean"));
    EXPECT_THAT(refused({"state", "import", "pair/agent/builder", "nobody", "--yes"}, 3),
                HasSubstr("no agent with the id nobody"));
    EXPECT_THAT(refused({"state", "import", "pair/agent/tester", "x", "--yes"}, 3),
                HasSubstr("no workflow here has this address"));
    EXPECT_THAT(refused({"state", "import", "pair/agent/builder", id("pair/agent/architect"), "--yes"}, 5),
                HasSubstr("tlm state mv pair/agent/architect pair/agent/builder"));
    EXPECT_THAT(refused({"state", "mv", "pair"}, 3), HasSubstr("OLD NEW"));
    EXPECT_THAT(refused({"state", "list", "--yes"}, 3),
                HasSubstr("the verbs of `tlm state` that change something"));
    EXPECT_EQ(run({"state", "list"}).out, before);
}

TEST_P(Rekeyed, Forgotten_IsAdoptedByItsKeyAgain) {
    const std::string architect = id("pair/agent/architect");
    EXPECT_THAT(run({"state", "rm", "pair/agent/architect", "--yes"}).out, HasSubstr("Forgotten: 1 entry"));
    EXPECT_THAT(run({"state", "list"}).out, Not(HasSubstr("architect")));
    EXPECT_THAT(run({"plan"}).out, HasSubstr("= adopt    pair/agent/architect"));
    run({"apply", "--yes"});
    EXPECT_EQ(id("pair/agent/architect"), architect);
}

TEST_P(Rekeyed, Preview_ShowsNamesBeforeAndAfterAndWhatFollows) {
    project.write("workflows/pair.yaml", kRenamedAgent);
    const std::string out = run({"state", "mv", "pair/agent/architect", "pair/agent/chief", "--yes"}).out;
    EXPECT_THAT(out, HasSubstr("  pair/agent/architect -> pair/agent/chief  (id "));
    EXPECT_THAT(out, HasSubstr(fmt::format("        name: \"{}\" -> \"{}\"\n",
                                           Key::derive("pair", "architect").text(),
                                           Key::derive("pair", "chief").text())));
    EXPECT_THAT(out, HasSubstr("  pair/team/crew names it \"chief\"\n"));
}

INSTANTIATE_TEST_SUITE_P(Targets, Rekeyed, testing::Values(true, false),
                         [](const auto& kind) { return std::string(kind.param ? "Server" : "Sandbox"); });

class OnServer : public testing::Test {
  protected:
    OnServer() {
        server.attach(project);
        project.write("workflows/pair.yaml", kPair);
    }
    Finished run(const std::vector<std::string>& command, int exit_code = 0) const {
        Finished finished = project.tlm(command);
        EXPECT_EQ(finished.exit_code, exit_code) << finished.out << finished.err;
        return finished;
    }
    int agents() const { return server.stat("agents"); }
    Server server;
    Project project;
};

TEST_F(OnServer, HandMadeAgentAndTeam_AreImported) {
    server.send("POST", "/v1/agents",
                R"({"name":"old architect","label":"architect","program":"claude-code"})");
    server.send("POST", "/v1/teams", R"({"name":"our crew","agentIds":[]})");
    const std::string agent = server.get("/v1/agents")["agents"][0]["id"].GetString();
    const std::string team = server.get("/v1/teams")["teams"][0]["id"].GetString();
    const Finished imported = run({"state", "import", "pair/agent/architect", agent, "--yes"});
    EXPECT_THAT(imported.out, HasSubstr("label: \"architect\"\n"));
    EXPECT_THAT(imported.out, HasSubstr("(the workflow wants"));
    run({"state", "import", "pair/team/crew", team, "--yes"});
    EXPECT_THAT(run({"state", "import", "pair/team/crew", team, "--yes"}).out, HasSubstr("Imported already"));
    EXPECT_EQ(server.agent_id(Key::derive("pair", "architect").text()), agent);
    run({"apply", "--yes"});
    EXPECT_EQ(agents(), 2);
    EXPECT_EQ(server.stat("teams"), 1);
    EXPECT_THAT(run({"state", "list"}).out, HasSubstr(agent));
}

TEST_F(OnServer, CreateThatSomethingIsInTheWayOf_PrintsTheImportCommand) {
    server.send("POST", "/v1/agents", R"({"name":"architect"})");
    const std::string agent = server.get("/v1/agents")["agents"][0]["id"].GetString();
    server.fault("POST", "/v1/agents",
                 R"({"kind":"status","status":400,"body":"{\"error\":\"the name already exists\"}"})", 100);
    const Finished finished = run({"apply", "--yes"}, 6);
    EXPECT_THAT(finished.out, HasSubstr("tlm state import pair/agent/architect " + agent));
    EXPECT_THAT(finished.out,
                HasSubstr("(unowned), and `tlm state import ADDRESS ID` adopts it:\n  pair/agent/builder\n"));
}

TEST_F(OnServer, ServerRefusesTheName_FailsWith6AndTheOthersAreMoved) {
    run({"apply", "--yes"});
    server.fault("PUT", "/v1/teams/{id}", R"({"kind":"status","status":400,"body":"{\"error\":\"no\"}"})");
    const Finished finished = run({"state", "mv", "pair", "duo", "--yes"}, 6);
    EXPECT_THAT(finished.out, HasSubstr("failed   pair/team/crew: no (400)"));
    EXPECT_THAT(finished.out, HasSubstr("2 renamed on the target, 1 failed"));
    run({"state", "mv", "pair", "duo", "--yes"});
    project.write("workflows/pair.yaml", kRenamedWorkflow);
    EXPECT_THAT(run({"plan"}).out, Not(HasSubstr("create ")));
}

// Killed before and after the server carries out each of the command's requests, then given again: bound to
// what they were before, under the new name, and nothing is left open.
class CutMove : public testing::TestWithParam<const char*> {
  protected:
    CutMove() {
        server.attach(project);
        project.write("workflows/pair.yaml", kPair);
        EXPECT_EQ(project.tlm({"apply", "--yes"}).exit_code, 0);
        project.write("workflows/pair.yaml", kRenamedWorkflow);
    }
    SimulatorOptions killing() {
        SimulatorOptions options = Server::unlimited();
        options.kill = [this] { victim.kill(); };
        return options;
    }
    Victim victim;
    Server server{killing()};
    Project project;
};

TEST_P(CutMove, GivenAgain_EverythingIsBoundToWhatItWas) {
    bool killed = true;
    std::string from = "pair";
    std::string to = "duo";
    for (int k = 1; killed && !HasFailure(); ++k) {
        static_cast<void>(server.admin(
            "POST", "/faults",
            fmt::format(R"({{"path":"/v1/*","skip":{},"fault":{{"kind":"{}"}}}})", k - 1, GetParam())));
        const auto ids = replaced(project.tlm({"state", "list"}).out, from + "/", "");
        const Finished cut = project.tlm_meanwhile({"state", "mv", from, to, "--yes", "--parallelism", "1"},
                                                   [&](int pid) { victim.started(pid); });
        killed = !victim.ended();
        EXPECT_EQ(cut.exit_code, killed ? 128 + SIGKILL : 0) << cut.out << cut.err;
        static_cast<void>(server.admin("DELETE", "/faults"));
        const Finished again = project.tlm({"state", "mv", from, to, "--yes"});
        ASSERT_EQ(again.exit_code, 0) << again.out << again.err;
        EXPECT_EQ(replaced(project.tlm({"state", "list"}).out, to + "/", ""), ids) << "cut at request " << k;
        project.write("workflows/pair.yaml", replaced(kPair, "name: pair", "name: " + to));
        EXPECT_THAT(project.tlm({"plan"}).out, Not(HasSubstr("create   " + to + "/agent")));
        EXPECT_THAT(project.tlm({"state", "check"}).out, Not(HasSubstr("no outcome yet")));
        EXPECT_EQ(server.stat("agents"), 2);
        EXPECT_EQ(server.duplicates(), 0);
        EXPECT_EQ(server.agent_id(Key::derive(from, "architect").text()), "");
        std::swap(from, to);
        RecordProperty("cuts", k);
    }
}

INSTANTIATE_TEST_SUITE_P(Everywhere, CutMove, testing::Values("kill", "kill_after"));

}  // namespace
}  // namespace tlm::test
