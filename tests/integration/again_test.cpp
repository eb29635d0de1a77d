// What is done, undone and done again.
#include <gmock/gmock.h>

#include "engine/resource/key.h"
#include "tests/integration/fixture.h"

namespace tlm::test {
namespace {

using testing::HasSubstr;
using testing::Not;

class Again : public testing::Test {
  protected:
    Again() {
        server.attach(project);
        project.write("workflows/pair.yaml", kPair);
    }
    Finished run(const std::vector<std::string>& command) {
        Finished finished = project.tlm(command);
        EXPECT_EQ(finished.exit_code, 0) << finished.out << finished.err;
        return finished;
    }
    // The agent gives way to another that is just like it, as when a tie is settled.
    void lose_tie(const std::string& id) {
        std::string other = server.text("/v1/agents/" + id);
        other = other.substr(other.find('{', 1), other.rfind('}') - other.find('{', 1));
        other.replace(other.find(id), id.size(), "00000000-0000-4000-8000-000000000000");
        static_cast<void>(server.admin("POST", "/agents", R"({"items":[)" + other + "]}"));
        server.send("DELETE", "/v1/agents/" + id, {});
    }
    Server server;
    Project project;
};

TEST_F(Again, DestroyedAndApplied_TasksAreSubmittedToTheNewTeam) {
    run({"apply", "--yes"});
    static_cast<void>(server.admin("POST", "/tasks/complete", R"({"all":true})"));
    run({"destroy", "--yes"});
    run({"apply", "--yes"});
    const std::string team = server.get("/v1/teams")["teams"][0]["id"].GetString();
    EXPECT_EQ(server.get("/v1/teams/" + team + "/tasks")["tasks"].Size(), 1U);
    EXPECT_EQ(project.tlm({"drift"}).exit_code, 0);
}

TEST_F(Again, ForcedDestroyedAndForced_IsMadeAnew) {
    run({"apply", "--yes", "--force"});
    run({"destroy", "--yes"});
    run({"apply", "--yes", "--force"});
    EXPECT_EQ(server.stat("agents"), 2);
    static_cast<void>(server.admin("POST", "/forget"));
    run({"apply", "--yes", "--force"});
    EXPECT_EQ(server.stat("agents"), 2) << "a server that lost its memory";
}

TEST_F(Again, ForceThatFailedAtItsLastLook_IsOverOnceAnApplyFindsEverythingInPlace) {
    static_cast<void>(server.admin(
        "POST", "/faults",
        R"({"method":"GET","path":"/v1/agents","skip":2,"fault":{"kind":"status","status":401}})"));
    ASSERT_EQ(project.tlm({"apply", "--yes", "--force"}).exit_code, 9);
    run({"apply", "--yes"});
    EXPECT_EQ(server.stat("agents"), 2);
    run({"apply", "--yes", "--force"});
    EXPECT_EQ(server.stat("agents"), 4) << "another clean slate";
}

TEST_F(Again, ForceCutShort_IsGoneOnWithWhateverElseWasAppliedMeanwhile) {
    run({"apply", "--yes"});
    server.fault("POST", "/v1/teams", R"({"kind":"status","status":400})");
    ASSERT_EQ(project.tlm({"apply", "--yes", "--force"}).exit_code, 6);
    ASSERT_EQ(server.stat("agents"), 4);
    project.write("other/w.yaml", "metadata: {name: other}\nagents: [{name: a}]\nteams: []\n");
    run({"apply", "--yes", "other/w.yaml"});
    run({"apply", "--yes", "--target", "pair/agent/architect"});
    run({"apply", "--yes", "--force"});
    EXPECT_EQ(server.stat("agents"), 4 + 1);
    EXPECT_EQ(server.stat("teams"), 2);
}

TEST_F(Again, ForceGoneOnWith_SettlesACreateThatCameLateMeanwhile) {
    run({"apply", "--yes"});
    project.environment["AGAMEMNON_TIMEOUT"] = "0.3";
    server.fault("POST", "/v1/agents", R"({"kind":"delay","ms":1500})");
    server.fault("POST", "/v1/teams", R"({"kind":"status","status":400})");
    ASSERT_EQ(project.tlm({"apply", "--yes", "--force"}).exit_code, 6);
    while (server.stat("in_flight") > 0) {
    }
    ASSERT_EQ(server.stat("agents"), 5) << "one came late";
    run({"apply", "--yes", "--force"});
    EXPECT_EQ(server.stat("agents"), 4);
    EXPECT_EQ(project.tlm({"plan", "--detailed-exitcode"}).exit_code, 0);
}

TEST_F(Again, ForceGoneOnWith_KeepsWhatCameLateWhereItHadMadeNothing) {
    run({"apply", "--yes"});
    project.environment["AGAMEMNON_TIMEOUT"] = "0.3";
    server.fault("POST", "/v1/agents", R"({"kind":"delay","ms":1500})");
    server.fault("POST", "/v1/agents", R"({"kind":"status","status":400})");
    ASSERT_EQ(project.tlm({"apply", "--yes", "--force", "--parallelism", "1"}).exit_code, 6);
    while (server.stat("in_flight") > 0) {
    }
    ASSERT_EQ(server.stat("agents"), 4) << "the one that was given up came late";
    run({"apply", "--yes", "--force"});
    EXPECT_EQ(server.stat("agents"), 4) << "no third set";
    EXPECT_EQ(project.tlm({"plan", "--detailed-exitcode"}).exit_code, 0);
}

TEST_F(Again, ForceGoneOnWithAfterItsAgentLostATie_KeepsTheOneThatStayed) {
    run({"apply", "--yes"});
    const std::string name = Key::derive("pair", "architect").text();
    const std::string old = server.agent_id(name);
    server.fault("POST", "/v1/teams", R"({"kind":"status","status":400})");
    ASSERT_EQ(project.tlm({"apply", "--yes", "--force"}).exit_code, 6);
    const auto agents = server.get("/v1/agents");
    for (const auto& agent : agents["agents"].GetArray()) {
        const std::string id = agent["id"].GetString();
        if (agent["name"].GetString() == name && id != old) lose_tie(id);
    }
    ASSERT_EQ(server.stat("agents"), 4);
    run({"apply", "--yes", "--force"});
    EXPECT_EQ(server.stat("agents"), 4) << "no third set";
}

TEST_F(Again, ForcedTwiceWithATarget_IsMadeAnewTwice) {
    run({"apply", "--yes"});
    for (const int agents : {3, 4}) {
        run({"apply", "--yes", "--force", "--target", "pair/agent/builder"});
        EXPECT_EQ(server.stat("agents"), agents);
    }
}

TEST_F(Again, ForcedWithACompletedChain_SubmitsAllOfItAgain) {
    for (int i = 0; i < 2; ++i) {
        run({"apply", "--yes"});
        static_cast<void>(server.admin("POST", "/tasks/complete", R"({"all":true})"));
    }
    run({"apply", "--yes", "--force", "--prune", "--max-deletes", "100%"});
    static_cast<void>(server.admin("POST", "/tasks/complete", R"({"all":true})"));
    run({"apply", "--yes"});
    const std::string team = server.get("/v1/teams")["teams"][0]["id"].GetString();
    EXPECT_EQ(server.get("/v1/teams/" + team + "/tasks")["tasks"].Size(), 2U);
}

TEST_F(Again, ToDockerAndBackAndToDocker_IsReplacedEachTime) {
    const auto workflow = [&](const char* agent) {
        project.write("workflows/pair.yaml",
                      std::string("metadata: {name: w}\nteams: []\nagents: [{name: a") + agent + "}]\n");
    };
    const char* const docker = ", runtime: docker, docker_image: 'img:1', cpus: 3";
    for (const char* agent : {docker, "", docker, ""}) {
        workflow(agent);
        run({"apply", "--yes"});
        EXPECT_EQ(server.stat("agents"), 1);
        EXPECT_EQ(project.tlm({"plan", "--detailed-exitcode"}).exit_code, 0) << agent;
    }
    EXPECT_THAT(run({"state", "show", "w/agent/a"}).out, Not(HasSubstr("docker_image")));
}

TEST_F(Again, ReviewedReplacementCutShort_IsGoneOnWithBesideOneThatForceLeftBehind) {
    const auto workflow = [&](const char* agent) {
        project.write("workflows/pair.yaml",
                      std::string("metadata: {name: w}\nteams: []\nagents: [{name: a") + agent + "}]\n");
    };
    workflow("");
    run({"apply", "--yes"});
    run({"apply", "--yes", "--force"});
    workflow(", runtime: docker, docker_image: 'img:1'");
    run({"plan", "--prune", "--out", "plan.json", "--max-deletes", "2"});
    server.fault("POST", "/v1/agents", R"({"kind":"status","status":400})");
    // The old one is gone, the new one refused.
    ASSERT_EQ(project.tlm({"apply", "plan.json", "--yes", "--max-deletes", "2"}).exit_code, 6);
    run({"apply", "plan.json", "--yes", "--max-deletes", "2"});
    EXPECT_EQ(server.stat("agents"), 1);
    EXPECT_EQ(project.tlm({"plan", "--detailed-exitcode"}).exit_code, 0);
}

TEST_F(Again, ReviewedPlanWhoseAgentLostATie_WritesTheOneThatStayedIntoTheTeamThatItUpdated) {
    const auto workflow = [&](const char* members) {
        project.write("workflows/pair.yaml",
                      std::string("metadata: {name: w}\nagents: [{name: a}, {name: b}]\nteams: [{name: t, "
                                  "agents: [") +
                          members + "], tasks: []}]\n");
    };
    workflow("a");
    run({"apply", "--yes", "--target", "w/team/t", "--target", "w/agent/a"});
    workflow("a, b");
    run({"plan", "--out", "plan.json"});
    run({"apply", "plan.json", "--yes"});
    lose_tie(server.agent_id(Key::derive("w", "b").text()));
    ASSERT_EQ(project.tlm({"plan", "--detailed-exitcode"}).exit_code, 2);
    run({"apply", "plan.json", "--yes", "--reapply"});
    EXPECT_EQ(project.tlm({"plan", "--detailed-exitcode"}).exit_code, 0);
}

TEST_F(Again, ReviewedReplacementCutShort_GoesOnWithTheTeamThatTheAgentLeaves) {
    const auto workflow = [&](const char* agent, const char* members) {
        project.write("workflows/pair.yaml", std::string("metadata: {name: w}\nagents: [{name: a") + agent +
                                                 "}, {name: b}]\nteams: [{name: t, agents: [" + members +
                                                 "], tasks: []}]\n");
    };
    workflow("", "a");
    run({"apply", "--yes"});
    workflow(", runtime: docker, docker_image: 'img:1'", "b");
    run({"plan", "--out", "plan.json"});
    server.fault("PUT", "/v1/teams/{id}", R"({"kind":"status","status":400})");
    ASSERT_EQ(project.tlm({"apply", "plan.json", "--yes"}).exit_code, 6);
    run({"apply", "plan.json", "--yes"});
    EXPECT_EQ(project.tlm({"plan", "--detailed-exitcode"}).exit_code, 0);
}

TEST_F(Again, ReviewedPlanWhoseAgentLostATie_WritesTheOneThatStayedIntoWhatItMade) {
    run({"plan", "--out", "plan.json"});
    run({"apply", "plan.json", "--yes"});
    lose_tie(server.agent_id(Key::derive("pair", "architect").text()));
    ASSERT_EQ(project.tlm({"plan", "--detailed-exitcode"}).exit_code, 2);
    run({"apply", "plan.json", "--yes", "--reapply"});
    EXPECT_EQ(project.tlm({"plan", "--detailed-exitcode"}).exit_code, 0);
}

// An approval of long ago must not undo what was decided since.
TEST_F(Again, ReviewedPlanThatWasDoneAndUndone_IsCarriedOutAgainOnlyWhenAsked) {
    run({"plan", "--out", "plan.json"});
    run({"apply", "plan.json", "--yes"});
    server.reset_stats();
    run({"apply", "plan.json", "--yes"});
    EXPECT_EQ(server.stat("writes"), 0) << "everything is as planned";
    run({"destroy", "--yes"});
    server.reset_stats();
    const std::string runs = run({"log"}).out;
    for (const char* verb : {"apply", "run"}) {
        std::vector<std::string> command = {verb, "plan.json", "--yes"};
        // Where it is not refused, it does not wait for tasks for hours.
        if (command[0] == "run") command.insert(command.end(), {"--timeout", "1s"});
        const Finished refused = project.tlm(command);
        EXPECT_EQ(refused.exit_code, 5);
        EXPECT_THAT(refused.err,
                    testing::AllOf(HasSubstr("carried out to its end already, by run "),
                                   HasSubstr("would do this again: create pair/agent/architect, create "
                                             "pair/agent/builder, create pair/team/crew"),
                                   HasSubstr("tlm plan --out FILE"), HasSubstr("plan.json --reapply")));
    }
    EXPECT_EQ(server.stat("writes"), 0);
    EXPECT_EQ(run({"log"}).out, runs) << "what was refused is no run to go on with";
    run({"apply", "plan.json", "--yes", "--reapply"});
    EXPECT_EQ(server.stat("agents"), 2);
}

TEST_F(Again, ReviewedPlanThatIsNotDone_GoesOnWithoutAsking) {
    run({"plan", "--out", "plan.json"});
    server.fault("POST", "/v1/teams", R"({"kind":"status","status":400})");
    ASSERT_EQ(project.tlm({"apply", "plan.json", "--yes"}).exit_code, 6);
    run({"apply", "plan.json", "--yes"});
    EXPECT_EQ(server.stat("teams"), 1);
    // The same after it was asked for again, and cut short.
    run({"destroy", "--yes"});
    server.fault("POST", "/v1/teams", R"({"kind":"status","status":400})");
    ASSERT_EQ(project.tlm({"apply", "plan.json", "--yes", "--reapply"}).exit_code, 6);
    run({"apply", "plan.json", "--yes"});
    EXPECT_EQ(server.stat("teams"), 1);
}

// A run that finds nothing but a conflict has done nothing, and is no way around the question.
TEST_F(Again, ReviewedPlanThatWasDone_IsNotOpenedAgainByAConflict) {
    run({"apply", "--yes"});
    std::string edited = kPair;
    edited.replace(edited.find("m1"), 2, "m2");
    project.write("workflows/pair.yaml", edited);
    run({"plan", "--out", "plan.json"});
    run({"apply", "plan.json", "--yes"});
    const auto set_model = [&](const char* model) {
        server.send("PATCH", "/v1/agents/" + server.agent_id(Key::derive("pair", "architect").text()),
                    std::string(R"({"programArgs":"--model )") + model + R"("})");
    };
    set_model("m9");
    ASSERT_EQ(project.tlm({"apply", "plan.json", "--yes"}).exit_code, 5);
    set_model("m1");
    server.reset_stats();
    const Finished refused = project.tlm({"apply", "plan.json", "--yes"});
    EXPECT_EQ(refused.exit_code, 5);
    EXPECT_THAT(refused.err, HasSubstr("update pair/agent/architect"));
    EXPECT_EQ(server.stat("writes"), 0);
}

TEST_F(Again, ReapplyWithoutAPlanFile_IsBadInput) {
    const Finished refused = project.tlm({"apply", "--reapply", "--yes"});
    EXPECT_EQ(refused.exit_code, 3);
    EXPECT_THAT(refused.err, HasSubstr("--reapply is about a plan file"));
}

TEST_F(Again, ForceAndPrune_LeavesNothingBehindAndDoesNotSaySo) {
    run({"apply", "--yes"});
    const Finished finished = run({"apply", "--yes", "--force", "--prune", "--max-deletes", "100%"});
    EXPECT_THAT(finished.out, Not(HasSubstr("left these behind")));
    EXPECT_THAT(finished.out, Not(HasSubstr("--prune` deletes it")));
    EXPECT_EQ(server.stat("agents"), 2);
}

TEST_F(Again, UpdateRefusedWith409_FailsAndIsNamed) {
    run({"apply", "--yes"});
    std::string edited = kPair;
    edited.replace(edited.find("m1"), 2, "m2");
    project.write("workflows/pair.yaml", edited);
    server.fault("PATCH", "/v1/agents/{id}",
                 R"({"kind":"status","status":409,"body":"{\"error\":\"busy with something\"}"})");
    const Finished finished = project.tlm({"apply", "--yes"});
    EXPECT_EQ(finished.exit_code, 6);
    EXPECT_THAT(finished.out, HasSubstr("busy with something"));
    run({"apply", "--yes"});
}

TEST_F(Again, DriftAfterAnEditThatWasNotApplied_IsNone) {
    run({"apply", "--yes"});
    std::string edited = kPair;
    edited.replace(edited.find("    program: claude-code\n"), 0, "    model: m9\n");
    project.write("workflows/pair.yaml", edited);
    EXPECT_EQ(project.tlm({"plan", "--detailed-exitcode"}).exit_code, 2);
    EXPECT_EQ(project.tlm({"drift"}).exit_code, 0);
}

TEST_F(Again, WhatCannotBeRead_IsAnErrorAndNotLeftOut) {
    std::filesystem::create_symlink("/nonexistent", project.directory / "workflows" / "zz.yaml");
    const Finished dangling = project.tlm({"plan"});
    EXPECT_EQ(dangling.exit_code, 3);
    EXPECT_THAT(dangling.err, HasSubstr("workflows/zz.yaml"));
    std::filesystem::remove(project.directory / "workflows" / "zz.yaml");
    std::filesystem::create_directory(project.directory / ".env");
    const Finished directory = project.tlm({"plan"});
    EXPECT_EQ(directory.exit_code, 3);
    EXPECT_THAT(directory.err, HasSubstr(".env: can't read this settings file"));
}

TEST_F(Again, StateChecked_CopiedAndRestored_GoesOn) {
    run({"apply", "--yes"});
    EXPECT_THAT(run({"state", "check"}).out, HasSubstr("Sound: 4 bound"));
    run({"state", "backup", "copy.db"});
    EXPECT_EQ(project.tlm({"state", "backup", "copy.db"}).exit_code, 3)
        << "an old backup is not written over";
    const auto permissions = std::filesystem::status(project.directory / "copy.db").permissions();
    EXPECT_EQ(permissions & std::filesystem::perms::all,
              std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    project.write(".tlm/state.db", "no database");
    std::filesystem::remove(project.directory / ".tlm/state.db-wal");
    EXPECT_EQ(project.tlm({"state", "check"}).exit_code, 1);
    EXPECT_EQ(project.tlm({"apply", "--yes"}).exit_code, 1);
    std::filesystem::copy_file(project.directory / "copy.db", project.directory / ".tlm/state.db",
                               std::filesystem::copy_options::overwrite_existing);
    server.reset_stats();
    run({"apply", "--yes"});
    EXPECT_EQ(server.stat("writes"), 0);
}

}  // namespace
}  // namespace tlm::test
