// `tlm run`: tasks in their order, to their end.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <csignal>
#include <random>
#include <set>

#include "tests/integration/run_fixture.h"

namespace tlm::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

// Three in a chain, and one beside them.
constexpr const char* kChain = R"(metadata: {name: audit}
teardown: never
agents: [{name: reader}]
teams:
  - name: crew
    agents: [reader]
    tasks:
      - {subject: Read it, description: d, assign_to: reader}
      - {subject: Review it, description: d, assign_to: reader, blocked_by: [Read it]}
      - {subject: Report, description: d, assign_to: reader, blocked_by: [Review it]}
      - {subject: Watch, description: d, assign_to: reader}
)";

class Run : public WithWorkers {
  protected:
    Run() { project.write("workflows/audit.yaml", kChain); }
};

TEST_F(Run, EveryTask_IsSubmittedInItsTimeAndCompleted) {
    employ();
    const Finished run = project.tlm(kRun);
    EXPECT_EQ(run.exit_code, 0) << run.out << run.err;
    EXPECT_THAT(run.out, HasSubstr("Tasks: 4 of 4 completed."));
    EXPECT_THAT(run.err, HasSubstr("completed audit/task/crew/Report"));
    for (const auto& [subject, times] : submitted())
        EXPECT_EQ(times, 1) << subject;
    EXPECT_EQ(submitted().size(), 4U);
}

TEST_F(Run, Again_SubmitsNothingAndSaysThatAllIsCompleted) {
    employ();
    ASSERT_EQ(project.tlm(kRun).exit_code, 0);
    server.reset_stats();
    const Finished again = project.tlm({"apply", "--wait", "--yes"});
    EXPECT_EQ(again.exit_code, 0) << again.out << again.err;
    EXPECT_THAT(again.out, HasSubstr("Tasks: 4 of 4 completed."));
    EXPECT_EQ(server.stat("writes"), 0);
}

TEST_F(Run, FailedTask_WhatComesAfterItIsSkippedAndNamed) {
    employ(R"({"subject":"Review*","outcome":"failed","after_reads":1},)");
    const Finished run = project.tlm(kRun);
    EXPECT_EQ(run.exit_code, 6) << run.out << run.err;
    EXPECT_THAT(run.out, HasSubstr("Tasks: 2 of 4 completed, 1 failed, 1 skipped."));
    EXPECT_THAT(run.out, HasSubstr("skipped   audit/task/crew/Report: audit/task/crew/Review it did not"));
    EXPECT_THAT(run.out, HasSubstr("tlm run --replace 'audit/task/crew/Review it'"));
    EXPECT_EQ(submitted().count("Report"), 0U);

    // What it says to do works.
    employ();
    const Finished again = project.tlm(with(kRun, {"--replace", "audit/task/crew/Review it"}));
    EXPECT_EQ(again.exit_code, 0) << again.out << again.err;
    EXPECT_EQ(submitted()["Report"], 1);
    EXPECT_EQ(submitted()["Review it"], 2);
    EXPECT_EQ(submitted()["Read it"], 1);
}

TEST_F(Run, TimeUp_ListsWhatIsUnfinishedAndALaterRunGoesOnWaiting) {
    employ(R"({"subject":"Watch","outcome":"never"},)");
    const Finished run = project.tlm(with(kRun, {"--timeout", "50ms"}));
    EXPECT_EQ(run.exit_code, 6) << run.out << run.err;
    EXPECT_THAT(run.out, HasSubstr("the time for `audit` is up"));
    EXPECT_THAT(run.out, HasSubstr("running   audit/task/crew/Watch  for "));
    static_cast<void>(server.admin("POST", "/tasks/complete", R"({"all":true})"));
    employ();
    const Finished again = project.tlm(kRun);
    EXPECT_EQ(again.exit_code, 0) << again.out << again.err;
    for (const auto& [subject, times] : submitted())
        EXPECT_EQ(times, 1) << subject;
}

TEST_F(Run, Settings_LimitTheTimeToo) {
    employ(R"({"subject":"Watch","outcome":"never"},)");
    project.environment["MONITOR_TIMEOUT_SECONDS"] = "0.05";
    EXPECT_THAT(project.tlm(kRun).out, HasSubstr("the time for `audit` is up"));
    project.environment.erase("MONITOR_TIMEOUT_SECONDS");
    project.environment["DEFAULT_WORKFLOW_TIMEOUT"] = "0.05";
    EXPECT_THAT(project.tlm(kRun).out, HasSubstr("the time for `audit` is up"));
    project.environment.erase("DEFAULT_WORKFLOW_TIMEOUT");
    project.write("workflows/audit.yaml", std::string(kChain) + "timeout_seconds: 0.05\n");
    EXPECT_THAT(project.tlm(kRun).out, HasSubstr("the time for `audit` is up"));
}

TEST_F(Run, Interrupted_SaysWhatIsUnfinishedAndGoesOnLater) {
    employ(R"({"subject":"Watch","outcome":"never"},)");
    const Finished run =
        project.tlm_with_signal(kRun, SIGINT, [&] { return submitted().contains("Report"); });
    EXPECT_EQ(run.exit_code, 8) << run.out << run.err;
    EXPECT_THAT(run.out, HasSubstr("`tlm run` goes on waiting where this stopped"));
    static_cast<void>(server.admin("POST", "/tasks/complete", R"({"all":true})"));
    employ();
    EXPECT_EQ(project.tlm(kRun).exit_code, 0);
    EXPECT_EQ(submitted()["Watch"], 1);
}

TEST_F(Run, ReviewedPlan_IsCarriedToItsEnd) {
    employ();
    ASSERT_EQ(project.tlm({"plan", "--out", "plan.json"}).exit_code, 0);
    project.write("workflows/audit.yaml", "not a workflow any more");
    const Finished run = project.tlm({"run", "plan.json", "--yes", "--poll-min", "1ms"});
    EXPECT_EQ(run.exit_code, 0) << run.out << run.err;
    EXPECT_THAT(run.out, HasSubstr("Tasks: 4 of 4 completed."));
    const Finished again = project.tlm({"run", "plan.json", "--yes"});
    EXPECT_EQ(again.exit_code, 0) << again.out << again.err;
    for (const auto& [subject, times] : submitted())
        EXPECT_EQ(times, 1) << subject;
}

TEST_F(Run, ServerThatForgetsEverything_IsNoticedAndNothingIsMadeTwice) {
    employ(R"({"subject":"Watch","outcome":"never"},)");
    const Finished run = project.tlm_meanwhile(kRun, [&](int) {
        wait_for("Report");
        static_cast<void>(server.admin("POST", "/restart", R"({"memory":false})"));
    });
    EXPECT_EQ(run.exit_code, 6) << run.out << run.err;
    EXPECT_THAT(run.out, HasSubstr("lost      audit/task/crew/Watch"));
    EXPECT_THAT(run.out, HasSubstr("the target may have been restarted"));
}

TEST_F(Run, TargetOutOfReach_IsAskedAgainThenLeftWithWhatIsUnfinished) {
    employ(R"({"subject":"Watch","outcome":"never"},)");
    project.environment["HEALTHCHECK_FAILURE_THRESHOLD"] = "2";
    project.environment["HEALTHCHECK_INTERVAL_SECONDS"] = "0.01";
    const Finished run = project.tlm_meanwhile(kRun, [&](int) {
        wait_for("Report");
        server.fault("GET", "/v1/tasks", R"({"kind":"status","status":500})", 1000);
    });
    EXPECT_EQ(run.exit_code, 9) << run.out << run.err;
    EXPECT_THAT(run.err, HasSubstr("(1 of 2 in a row; again in"));
    EXPECT_THAT(run.out, HasSubstr("running   audit/task/crew/Watch  for "));
}

TEST_F(Run, Cancel_FromAnotherTerminalStopsTheWait) {
    employ(R"({"subject":"Watch","outcome":"never"},)");
    EXPECT_EQ(project.tlm({"cancel", "audit"}).exit_code, 3) << "nothing is under way";
    Finished cancel;
    Finished mistyped;
    const Finished run = project.tlm_meanwhile(kRun, [&](int) {
        wait_for("Report");
        mistyped = project.tlm({"cancel", "audits"});
        cancel = project.tlm({"cancel", "audit"});
    });
    EXPECT_EQ(mistyped.exit_code, 3);
    EXPECT_THAT(mistyped.err, HasSubstr("Did you mean `audit`?"));
    EXPECT_EQ(cancel.exit_code, 0) << cancel.err;
    EXPECT_THAT(cancel.out, HasSubstr("audit: asked "));
    EXPECT_EQ(run.exit_code, 8) << run.out << run.err;
    EXPECT_THAT(run.out, HasSubstr("`audit` was not waited for any more, as `tlm cancel` asked"));
    EXPECT_THAT(run.out, HasSubstr("running   audit/task/crew/Watch  for "));
    // It is forgotten with the run.
    static_cast<void>(server.admin("POST", "/tasks/complete", R"({"all":true})"));
    employ();
    EXPECT_EQ(project.tlm(kRun).exit_code, 0);
}

TEST_F(Run, OnATerminal_ShowsTheTasksAndLeavesTheReport) {
    employ();
    project.environment["LINES"] = "12";
    project.environment["COLUMNS"] = "60";
    const Finished run = project.tlm_in_terminal(kRun, "");
    EXPECT_EQ(run.exit_code, 0) << run.out;
    EXPECT_THAT(run.out, HasSubstr("[####################] 4 of 4 completed"));
    EXPECT_THAT(run.out, HasSubstr("audit/team/crew"));
    EXPECT_THAT(run.out, HasSubstr("Report  (reader)"));
    EXPECT_THAT(run.out, HasSubstr("\x1b[J"));
    EXPECT_THAT(run.out, HasSubstr(" 4 of 4 completed.\r\n"));
    project.environment["TERM"] = "dumb";
    EXPECT_THAT(project.tlm_in_terminal(with(kRun, {"--force"}), "").out, Not(HasSubstr("\x1b[")));
}

TEST_F(Run, OnFinish_IsGivenTheSummaryWhateverTheEnd) {
    employ(R"({"subject":"Review*","outcome":"failed","after_reads":1},)");
    const Finished run = project.tlm(
        with(kRun, {"--on-finish", "cat > told.json; echo told; exit 3", "--events", "all.jsonl"}));
    EXPECT_EQ(run.exit_code, 6) << "what the command ends with is not the run's end";
    EXPECT_THAT(run.err, HasSubstr("told\n"));
    EXPECT_THAT(run.err, HasSubstr("the command of --on-finish ended with 3"));
    const std::string told = project.read("told.json");
    EXPECT_THAT(told, HasSubstr(R"("verb":"run","exit_code":6,"interrupted":false)"));
    EXPECT_THAT(told, HasSubstr(R"("completed":2,"failed":1,"skipped":1,"lost":0})"));
    EXPECT_THAT(project.read("all.jsonl"), testing::EndsWith(told)) << "the same as among the events";

    EXPECT_EQ(
        project.tlm({"drift", "--url", "http://127.0.0.1:1", "--on-finish", "cat > told.json"}).exit_code, 9);
    EXPECT_THAT(project.read("told.json"), HasSubstr(R"("code":"unreachable")"));
}

TEST_F(Run, NobodyReadsItsOutputAnyMore_TasksGoOnToTheirEndAllTheSame) {
    employ();
    server.fault("POST", "/v1/teams", R"({"kind":"delay_after","ms":1500})");
    const Finished run = run_losing_readers(with({tested_program()}, kRun), project.environment,
                                            project.directory.string(), [&](int) {
                                                while (server.stat("agents") == 0) {
                                                }
                                            });
    EXPECT_EQ(run.exit_code, 1) << "the report could not be written";
    EXPECT_EQ(submitted()["Report"], 1);
    EXPECT_THAT(project.tlm({"status"}).out, HasSubstr("4 of 4 tasks completed"));
}

TEST_F(Run, Sandbox_CompletesATaskWheneverItIsLookedAt) {
    project.environment.erase("AGAMEMNON_URL");
    const Finished run = project.tlm(kRun);
    EXPECT_EQ(run.exit_code, 0) << run.out << run.err;
    EXPECT_THAT(run.out, HasSubstr("Tasks: 4 of 4 completed."));
}

TEST_F(Run, OptionsOfWaiting_AreRefusedWhereNothingWaits) {
    EXPECT_EQ(project.tlm({"apply", "--yes", "--timeout", "5s"}).exit_code, 3);
    EXPECT_EQ(project.tlm({"run", "--yes", "--poll-min", "6s"}).exit_code, 3);
    EXPECT_EQ(project.tlm({"drift", "--on-finish", ""}).exit_code, 3) << "nobody would be told";
}

// A workflow of `n` tasks in teams of ten, each blocked by up to three earlier ones of its team.
std::string random_dag(int n, unsigned seed) {
    std::mt19937 random(seed);
    std::string yaml = "metadata: {name: dag}\nagents: [{name: a}]\nteams:\n";
    for (int i = 0; i < n; ++i) {
        const int in_team = i % 100;
        if (in_team == 0) yaml += fmt::format("  - name: team-{}\n    agents: [a]\n    tasks:\n", i / 100);
        std::set<int> blockers;
        for (unsigned k = random() % 4; k > 0 && in_team > 0; --k)
            blockers.insert(i - in_team + static_cast<int>(random() % static_cast<unsigned>(in_team)));
        std::string blocked;
        for (const int blocker : blockers)
            blocked += fmt::format("{}t{}", blocked.empty() ? "" : ", ", blocker);
        yaml += fmt::format("      - {{subject: t{}, description: d, assign_to: a, blocked_by: [{}]}}\n", i,
                            blocked);
    }
    return yaml;
}

TEST_F(Run, FewTeamsBesideManyTasksOfOthers_AreAskedForByThemselves) {
    std::string others;
    for (int i = 0; i < 2500; ++i)
        others += fmt::format(R"({}{{"id":"other-{}","subject":"s","teamId":"theirs","status":"running"}})",
                              i == 0 ? "" : ",", i);
    static_cast<void>(server.admin("POST", "/tasks", fmt::format(R"({{"items":[{}]}})", others)));
    employ();
    const Finished run = project.tlm(kRun);
    EXPECT_EQ(run.exit_code, 0) << run.out << run.err;
    int whole = 0;
    int by_team = 0;
    const rapidjson::Document log = server.admin("GET", "/requests");
    for (const auto& request : log["requests"].GetArray()) {
        const std::string path = request["path"].GetString();
        const bool read = std::string(request["method"].GetString()) == "GET";
        whole += read && path.starts_with("/v1/tasks") ? 1 : 0;
        by_team += read && path.starts_with("/v1/teams/") && path.find("/tasks") != std::string::npos ? 1 : 0;
    }
    EXPECT_GE(by_team, 4) << "a look for each link of the chain";
    EXPECT_LE(whole, 4 * 3) << "three pages, before and after the apply, before the wait and at its end";
}

TEST_F(Run, ThousandTasksInARandomOrder_AreSubmittedInAValidOne) {
    employ();
    project.write("workflows/audit.yaml", random_dag(1000, 20261125));
    const Finished run = project.tlm(kRun);
    EXPECT_EQ(run.exit_code, 0) << run.out << run.err;
    const auto count = submitted();
    EXPECT_EQ(count.size(), 1000U);
    EXPECT_TRUE(std::ranges::all_of(count, [](const auto& one) { return one.second == 1; }));
}

TEST_F(Run, ChainOfTwoHundred_IsSubmittedLinkByLink) {
    employ();
    std::string yaml =
        "metadata: {name: dag}\nagents: [{name: a}]\nteams:\n  - name: t\n    agents: [a]\n    tasks:\n";
    for (int i = 0; i < 200; ++i)
        yaml += fmt::format("      - {{subject: t{}, description: d, assign_to: a{}}}\n", i,
                            i == 0 ? "" : fmt::format(", blocked_by: [t{}]", i - 1));
    project.write("workflows/audit.yaml", yaml);
    const Finished run = project.tlm(kRun);
    EXPECT_EQ(run.exit_code, 0) << run.out << run.err;
    EXPECT_EQ(submitted().size(), 200U);
}

}  // namespace
}  // namespace tlm::test
