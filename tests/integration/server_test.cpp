// The real program against a simulated Agamemnon server, over real sockets.

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <csignal>

#include "engine/resource/key.h"
#include "tests/integration/fixture.h"

namespace tlm::test {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string key(const std::string& workflow, const std::string& name) {
    return Key::derive(workflow, name).text();
}

class Fleet : public testing::Test {
  protected:
    Fleet() {
        server.attach(project);
        project.write("workflows/pair.yaml", kPair);
    }
    Finished apply(const std::vector<std::string>& more = {}) {
        std::vector<std::string> arguments = {"apply", "--yes"};
        for (const std::string& argument : more)
            arguments.push_back(argument);
        return project.tlm(arguments);
    }
    Server server;
    Project project;
};

TEST_F(Fleet, Apply_Repeated_ReusesAgentsTeamsAndTasks) {
    const Finished first = apply();
    ASSERT_EQ(first.exit_code, 0) << first.out << first.err;
    EXPECT_EQ(server.stat("agents"), 2);
    server.reset_stats();
    const Finished second = apply();
    EXPECT_EQ(second.exit_code, 0) << second.err;
    EXPECT_EQ(server.stat("writes"), 0);
    EXPECT_EQ(server.duplicates(), 0);
}

TEST_F(Fleet, Apply_AfterAPartialRun_CompletesIt) {
    server.fault("POST", "/v1/teams", R"({"kind":"status","status":400,"body":"{\"error\":\"not today\"}"})");
    const Finished partial = apply();
    EXPECT_EQ(partial.exit_code, 6);
    EXPECT_THAT(partial.out, HasSubstr("not today"));
    EXPECT_THAT(partial.out, HasSubstr("pair/team/crew"));
    const Finished rest = apply();
    EXPECT_EQ(rest.exit_code, 0) << rest.out << rest.err;
    EXPECT_EQ(server.stat("agents"), 2);
    EXPECT_EQ(server.stat("teams"), 1);
    EXPECT_EQ(server.duplicates(), 0);
}

TEST_F(Fleet, Apply_ResponsesLost_MakesNoDuplicate) {
    server.fault("POST", "/v1/agents", R"({"kind":"drop_after"})", 2);
    server.fault("POST", "/v1/teams", R"({"kind":"status_after","status":502,"body":""})");
    const Finished finished = apply();
    EXPECT_EQ(finished.exit_code, 0) << finished.out << finished.err;
    EXPECT_EQ(server.duplicates(), 0);
    EXPECT_EQ(server.stat("agents"), 2);
    EXPECT_EQ(server.stat("tasks"), 1);
}

TEST_F(Fleet, Force_CreatesAnewWarnsAndDriftReportsExactlyTheOnesLeftBehind) {
    ASSERT_EQ(apply().exit_code, 0);
    const std::string old = server.agent_id(key("pair", "architect"));
    const Finished forced = apply({"--force"});
    EXPECT_EQ(forced.exit_code, 0) << forced.err;
    EXPECT_EQ(server.stat("agents"), 4);
    EXPECT_THAT(forced.out, HasSubstr("left these behind"));
    EXPECT_THAT(forced.out, HasSubstr(old));
    const Finished drift = project.tlm({"drift", "--format", "json"});
    EXPECT_EQ(drift.exit_code, 2);
    rapidjson::Document findings;
    findings.Parse(drift.out);
    ASSERT_TRUE(findings.IsObject()) << drift.out;
    EXPECT_EQ(findings["summary"]["orphan"].GetInt(), 3);
    EXPECT_EQ(findings["findings"].Size(), 3U);
    EXPECT_THAT(drift.out, HasSubstr(old));
    const Finished pruned = apply({"--prune"});
    EXPECT_EQ(pruned.exit_code, 0) << pruned.out << pruned.err;
    EXPECT_EQ(server.stat("agents"), 2);
    EXPECT_EQ(project.tlm({"drift"}).exit_code, 0);
}

TEST_F(Fleet, Start_AlreadyRunning409_CountsAsDone) {
    server.fault("POST", "/v1/agents/*/start",
                 R"({"kind":"status_after","status":409,"body":"{\"error\":\"conflict\"}"})");
    EXPECT_EQ(apply().exit_code, 0);
}

TEST_F(Fleet, Start_AlreadyRunning400_CountsAsDone) {
    server.fault(
        "POST", "/v1/agents/*/start",
        R"({"kind":"status_after","status":400,"body":"{\"detail\":\"agent is already running\"}"})");
    EXPECT_EQ(apply().exit_code, 0);
}

TEST_F(Fleet, Start_500ForEver_FailsNamedAndTheRestGoesOn) {
    project.write("workflows/other.yaml", "metadata: {name: zother}\nagents: [{name: solo}]\nteams: []\n");
    // One after the other, so that it is known which agent is hit: the first, five times, which is every try.
    server.fault("POST", "/v1/agents/*/start",
                 R"({"kind":"status","status":500,"body":"{\"error\":\"boom\"}"})", 5);
    const Finished finished = apply({"--parallelism", "1"});
    EXPECT_EQ(finished.exit_code, 6) << finished.out << finished.err;
    EXPECT_THAT(finished.out, HasSubstr("pair/agent/architect"));
    EXPECT_THAT(finished.out, HasSubstr("boom"));
    EXPECT_THAT(finished.out, HasSubstr("2 created"));
    EXPECT_EQ(apply().exit_code, 0);
    EXPECT_EQ(server.stat("agents"), 3);
}

TEST_F(Fleet, FleetOfThePythonProgram_IsAdoptedWithoutAWrite) {
    const auto agent = [&](const char* name, const char* id, const char* extra) {
        return fmt::format(
            R"({{"id":"{}","name":"{}","label":"{}","program":"claude-code","workingDirectory":"/work",)"
            R"("taskDescription":"Telemachy-managed agent: {}","status":"online","host":"local",)"
            R"("tags":[],"owner":"","role":"worker"{}}})",
            id, key("pair", name), name, name, extra);
    };
    static_cast<void>(server.admin(
        "POST", "/agents",
        fmt::format(R"({{"items":[{},{}]}})", agent("architect", "id-a", R"(,"programArgs":"--model m1")"),
                    agent("builder", "id-b", R"(,"programArgs":[])"))));
    static_cast<void>(
        server.admin("POST", "/teams",
                     fmt::format(R"({{"items":[{{"id":"id-t","name":"{}","agentIds":["id-b","id-a"]}}]}})",
                                 key("pair", "crew"))));
    static_cast<void>(server.admin(
        "POST", "/tasks",
        R"({"items":[{"id":"id-1","teamId":"id-t","subject":"design","description":"Draw it","assigneeAgentId":"id-a","blockedBy":[],"type":"general","status":"completed"},{"id":"id-2","teamId":"id-t","subject":"build","description":"Build it","assigneeAgentId":"id-b","blockedBy":["id-1"],"type":"general","status":"pending"}]})"));
    server.reset_stats();
    const Finished finished = apply();
    EXPECT_EQ(finished.exit_code, 0) << finished.out << finished.err;
    EXPECT_THAT(finished.out, HasSubstr("5 adopted"));
    EXPECT_EQ(server.stat("writes"), 0);
    EXPECT_EQ(project.tlm({"plan", "--detailed-exitcode"}).exit_code, 0);
    EXPECT_EQ(project.tlm({"drift"}).exit_code, 0);
}

TEST_F(Fleet, StaleMembersOfATeam_AreRepaired) {
    ASSERT_EQ(apply().exit_code, 0);
    const std::string gone = server.agent_id(key("pair", "builder"));
    server.send("DELETE", "/v1/agents/" + gone, "");
    const Finished finished = apply();
    EXPECT_EQ(finished.exit_code, 0) << finished.out << finished.err;
    const auto teams = server.get("/v1/teams");
    std::string members;
    for (const auto& id : teams["teams"][0]["agentIds"].GetArray())
        members += std::string(id.GetString()) + " ";
    EXPECT_THAT(members, Not(HasSubstr(gone)));
    EXPECT_THAT(members, HasSubstr(server.agent_id(key("pair", "builder"))));
}

TEST_F(Fleet, PlanAndDrift_SendOnlyGetsAndWriteNoBinding) {
    for (const char* verb : {"plan", "drift"}) {
        server.reset_stats();
        static_cast<void>(project.tlm({verb}));
        EXPECT_EQ(server.stat("writes"), 0) << verb;
        EXPECT_GT(server.stat("reads"), 0) << verb;
    }
    EXPECT_EQ(project.tlm({"state", "list", "--format", "json"}).out, "[]\n");
    ASSERT_EQ(apply().exit_code, 0);
    const std::string before = project.tlm({"state", "list", "--format", "json"}).out;
    server.send("DELETE", "/v1/agents/" + server.agent_id(key("pair", "builder")), "");
    static_cast<void>(project.tlm({"plan"}));
    static_cast<void>(project.tlm({"drift"}));
    EXPECT_EQ(project.tlm({"state", "list", "--format", "json"}).out, before);
}

TEST_F(Fleet, ForeignResources_AreUntouchedByEveryVerb) {
    server.send("POST", "/v1/agents", R"({"name":"made-by-hand"})");
    server.send("POST", "/v1/agents", fmt::format(R"({{"name":"{}"}})", key("someone-elses", "architect")));
    server.send("POST", "/v1/teams",
                fmt::format(R"({{"name":"{}","agentIds":[]}})", key("someone-elses", "crew")));
    const std::string hand = server.agent_id("made-by-hand");
    const std::string other = server.agent_id(key("someone-elses", "architect"));
    for (const std::vector<std::string>& command :
         std::vector<std::vector<std::string>>{{"plan", "--prune"},
                                               {"apply", "--yes", "--prune"},
                                               {"apply", "--yes", "--force", "--prune"},
                                               {"drift"},
                                               {"destroy", "--yes"}}) {
        static_cast<void>(project.tlm(command));
        EXPECT_EQ(server.agent_id("made-by-hand"), hand) << command[0];
        EXPECT_EQ(server.agent_id(key("someone-elses", "architect")), other) << command[0];
    }
    EXPECT_EQ(server.stat("agents"), 2);
    EXPECT_EQ(server.stat("teams"), 1);
}

TEST_F(Fleet, ChainOfTasks_IsSubmittedAsItsPredecessorsComplete) {
    const Finished first = apply();
    ASSERT_EQ(first.exit_code, 0);
    EXPECT_THAT(first.out, HasSubstr("task waits"));
    EXPECT_EQ(server.stat("tasks"), 1);
    EXPECT_EQ(project.tlm({"plan", "--detailed-exitcode"}).exit_code, 0);
    static_cast<void>(server.admin("POST", "/tasks/complete", R"({"subject":"design"})"));
    EXPECT_EQ(project.tlm({"plan", "--detailed-exitcode"}).exit_code, 2);
    ASSERT_EQ(apply().exit_code, 0);
    EXPECT_EQ(server.stat("tasks"), 2);
}

TEST_F(Fleet, DockerAgent_GetsWhatTheCreateDropped) {
    project.write("workflows/pair.yaml",
                  "metadata: {name: box}\nagents: [{name: d, runtime: docker, docker_image: img, "
                  "cpus: 3}]\nteams: []\n");
    project.environment["HOST_ID"] = "host-7";
    ASSERT_EQ(apply().exit_code, 0);
    const auto agents = server.get("/v1/agents");
    const auto& agent = agents["agents"][0];
    EXPECT_STREQ(agent["host"].GetString(), "docker");
    EXPECT_STREQ(agent["image"].GetString(), "img");
    EXPECT_STREQ(agent["hostId"].GetString(), "host-7");
    EXPECT_EQ(agent["cpus"].GetInt(), 3);
    EXPECT_STREQ(agent["memory"].GetString(), "4g");
    server.reset_stats();
    EXPECT_EQ(apply().exit_code, 0);
    EXPECT_EQ(server.stat("writes"), 0);
}

TEST_F(Fleet, PlanFile_MovedSinceReview_IsAConflictWithBothValues) {
    ASSERT_EQ(apply().exit_code, 0);
    std::string edited = kPair;
    edited.replace(edited.find("m1"), 2, "m2");
    project.write("workflows/pair.yaml", edited);
    ASSERT_EQ(project.tlm({"plan", "--out", "p.json"}).exit_code, 0);
    server.send("PATCH", "/v1/agents/" + server.agent_id(key("pair", "architect")),
                R"({"programArgs":["--model","m3"]})");
    const Finished finished = project.tlm({"apply", "p.json", "--yes"});
    EXPECT_EQ(finished.exit_code, 5) << finished.out << finished.err;
    EXPECT_THAT(finished.out, HasSubstr(R"(["--model","m2"])"));
    EXPECT_THAT(finished.out, HasSubstr(R"(live ["--model","m3"])"));
}

TEST_F(Fleet, WrongKey_ExitsWith9AndNamesTheVariable) {
    project.environment["AGAMEMNON_API_KEY"] = "wrong-secret";
    const Finished finished = apply();
    EXPECT_EQ(finished.exit_code, 9);
    EXPECT_THAT(finished.err, HasSubstr("AGAMEMNON_API_KEY"));
    EXPECT_THAT(finished.out + finished.err, Not(HasSubstr("wrong-secret")));
}

TEST_F(Fleet, RequestIds_NameRunAndCallSoThatTheServersLogCanBeMatched) {
    ASSERT_EQ(apply().exit_code, 0);
    const auto requests = server.admin("GET", "/requests");
    std::set<std::string> ids;
    for (const auto& request : requests["requests"].GetArray()) {
        if (std::string(request["method"].GetString()) == "GET") continue;
        ids.insert(request["request_id"].GetString());
        EXPECT_THAT(request["user_agent"].GetString(), testing::StartsWith("tlm/"));
    }
    EXPECT_EQ(ids.size(), 6U);
}

TEST_F(Fleet, Interrupted_FinishesWhatIsInFlightAndTheNextApplyGoesOn) {
    server.fault("POST", "/v1/agents", R"({"kind":"delay_after","ms":2000})");
    const Finished stopped = project.tlm_with_signal({"apply", "--yes", "--parallelism", "1"}, SIGINT,
                                                     [&] { return server.stat("agents") > 0; });
    EXPECT_EQ(stopped.exit_code, 8) << stopped.out << stopped.err;
    EXPECT_THAT(stopped.out, HasSubstr("goes on where this stopped"));
    EXPECT_EQ(server.stat("agents"), 1);
    EXPECT_EQ(apply().exit_code, 0);
    EXPECT_EQ(server.stat("agents"), 2);
    EXPECT_EQ(server.duplicates(), 0);
}

TEST_F(Fleet, Killed_TheNextApplyFindsWhatWasMadeAndMakesNothingTwice) {
    server.fault("POST", "/v1/agents", R"({"kind":"hang_after"})", 2);
    const Finished killed =
        project.tlm_with_signal({"apply", "--yes"}, SIGKILL, [&] { return server.stat("agents") == 2; });
    EXPECT_EQ(killed.exit_code, 128 + SIGKILL);
    const Finished next = apply();
    EXPECT_EQ(next.exit_code, 0) << next.out << next.err;
    EXPECT_THAT(next.err, HasSubstr("did reach the target"));
    EXPECT_EQ(server.stat("agents"), 2);
    EXPECT_EQ(server.duplicates(), 0);
}

TEST(ServerDown, Apply_ExitsWith9AndNamesTheUrl) {
    Project project;
    project.write("workflows/pair.yaml", kPair);
    {
        const Server server;
        server.attach(project);
    }
    const Finished finished = project.tlm({"plan"});
    EXPECT_EQ(finished.exit_code, 9);
    EXPECT_THAT(finished.err, HasSubstr(project.environment["AGAMEMNON_URL"]));
}

TEST(DefaultRateLimit, Apply_WaitsAndFailsNothing) {
    const Server server{SimulatorOptions{}};
    Project project;
    server.attach(project);
    project.write("workflows/crew.yaml", crew_yaml("crew", 80, 8, 1));
    const Finished finished = project.tlm({"apply", "--yes"});
    EXPECT_EQ(finished.exit_code, 0) << finished.out << finished.err;
    EXPECT_EQ(server.stat("agents"), 80);
    EXPECT_EQ(server.duplicates(), 0);
}

TEST(LargeFleet, TwoApplies_MakeNoDuplicateAndTheSecondSendsNoWrite) {
    const Server server;
    Project project;
    server.attach(project);
    project.write("workflows/crew.yaml", crew_yaml("crew", 1000, 100, 10));
    const Finished first = project.tlm({"apply", "--yes"});
    ASSERT_EQ(first.exit_code, 0) << first.err;
    EXPECT_EQ(server.stat("agents"), 1000);
    EXPECT_EQ(server.stat("teams"), 100);
    EXPECT_EQ(server.stat("tasks"), 1000);
    // Two for each agent (create, start), one for each team and task: not a request wasted.
    EXPECT_EQ(server.stat("writes"), 2 * 1000 + 100 + 1000);
    server.reset_stats();
    EXPECT_EQ(project.tlm({"apply", "--yes"}).exit_code, 0);
    EXPECT_EQ(server.stat("writes"), 0);
    EXPECT_EQ(server.duplicates(), 0);
}

}  // namespace
}  // namespace tlm::test
