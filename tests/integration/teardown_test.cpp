// `tlm run` to the end of the fleet, and the commands that come after it.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <csignal>

#include "tests/integration/run_fixture.h"

namespace tlm::test {
namespace {

using testing::HasSubstr;
using testing::Not;

class TakeDown : public WithWorkers {
  protected:
    TakeDown() { write("on_completion"); }
    void write(const std::string& teardown, const std::string& more = {}) const {
        project.write("workflows/audit.yaml", fmt::format(R"(metadata: {{name: audit}}
teardown: {}
agents: [{{name: reader}}, {{name: writer}}]
teams:
  - name: crew
    agents: [reader, writer]
    tasks:
      - {{subject: Read, description: d, assign_to: reader}}
      - {{subject: Report, description: d, assign_to: writer, blocked_by: [Read]}}
{})",
                                                          teardown, more));
    }
    int left() const { return server.stat("agents") + server.stat("teams"); }
    static constexpr const char* kReportFails = R"({"subject":"Report","outcome":"failed","after_reads":1},)";
};

TEST_F(TakeDown, AllCompleted_FleetGoesAndLaterCommandsSaySo) {
    employ();
    const Finished run = project.tlm(kRun);
    EXPECT_EQ(run.exit_code, 0) << run.out << run.err;
    EXPECT_THAT(run.out, HasSubstr("takes down once all tasks are completed: audit\n"));
    EXPECT_THAT(run.err, HasSubstr("taking down audit (3 to delete): all of its tasks are completed\n"));
    EXPECT_THAT(run.out, HasSubstr("Taken down: audit: 1 team and 2 agents deleted.\n"));
    EXPECT_EQ(left(), 0);

    server.reset_stats();
    const Finished plan = project.tlm({"plan", "--detailed-exitcode"});
    EXPECT_EQ(plan.exit_code, 0) << plan.out;
    EXPECT_THAT(plan.out, HasSubstr("notice: audit: all of its tasks are completed, and it was taken down"));
    EXPECT_EQ(project.tlm({"drift"}).exit_code, 0);
    const Finished status = project.tlm({"status"});
    EXPECT_THAT(status.out, HasSubstr("workflow audit: 2 of 2 tasks completed\n"));
    EXPECT_THAT(status.out, HasSubstr("  taken down: all of its tasks are completed\n"));
    for (const char* verb : {"run", "apply"}) {
        const Finished again = project.tlm({verb, "--yes"});
        EXPECT_EQ(again.exit_code, 0) << again.out << again.err;
    }
    EXPECT_EQ(server.stat("writes"), 0);
    EXPECT_EQ(project.tlm({"state", "check"}).exit_code, 0);

    const Finished forced = project.tlm(with(kRun, {"--force"}));
    EXPECT_EQ(forced.exit_code, 0) << forced.out << forced.err;
    EXPECT_EQ(submitted()["Report"], 2);
    EXPECT_EQ(left(), 0);
}

TEST_F(TakeDown, Destroyed_IsForgottenAlthoughNothingIsLeftToDelete) {
    employ();
    ASSERT_EQ(project.tlm(kRun).exit_code, 0);
    EXPECT_EQ(project.tlm({"destroy", "--yes", "--exclude", "audit/agent/reader"}).exit_code, 0);
    EXPECT_THAT(project.tlm({"plan"}).out, HasSubstr("it was taken down")) << "a part was meant";
    EXPECT_EQ(project.tlm({"destroy", "--yes"}).exit_code, 0);
    EXPECT_THAT(project.tlm({"plan"}).out, HasSubstr("Plan: 4 to create, 1 task waits."));
}

TEST_F(TakeDown, SomethingFailed_FleetStaysUnlessThePolicySaysOtherwise) {
    employ(kReportFails);
    const Finished kept = project.tlm(kRun);
    EXPECT_EQ(kept.exit_code, 6) << kept.out << kept.err;
    EXPECT_THAT(kept.out, HasSubstr("Not taken down: audit: it is to go once all tasks are completed."));
    EXPECT_EQ(left(), 3);

    write("on_failure");
    const Finished gone = project.tlm(kRun);
    EXPECT_EQ(gone.exit_code, 6) << gone.out << gone.err;
    EXPECT_THAT(gone.out, HasSubstr("Taken down: audit: 1 team and 2 agents deleted.\n"));
    EXPECT_EQ(left(), 0);
    EXPECT_THAT(project.tlm({"plan"}).out, HasSubstr("some of its tasks did not complete"));
    EXPECT_EQ(project.tlm(kRun).exit_code, 6) << "it is no success to come later";
    EXPECT_EQ(left(), 0);

    // What the notice says to do works.
    employ();
    const Finished again = project.tlm(with(kRun, {"--replace", "audit/task/crew/Report"}));
    EXPECT_EQ(again.exit_code, 0) << again.out << again.err;
    EXPECT_EQ(submitted()["Read"], 1);
    EXPECT_EQ(submitted()["Report"], 2);
    EXPECT_EQ(left(), 3) << "nothing failed";
}

TEST_F(TakeDown, NewTask_BringsTheFleetBackForItAlone) {
    employ();
    ASSERT_EQ(project.tlm(kRun).exit_code, 0);
    write("on_completion",
          "      - {subject: File, description: d, assign_to: reader, blocked_by: [Report]}\n");
    const Finished again = project.tlm(kRun);
    EXPECT_EQ(again.exit_code, 0) << again.out << again.err;
    EXPECT_THAT(again.out, HasSubstr("Tasks: 3 of 3 completed."));
    EXPECT_EQ(submitted()["Read"], 1);
    EXPECT_EQ(submitted()["File"], 1);
    EXPECT_EQ(left(), 0);
}

TEST_F(TakeDown, ReviewedPlan_SaysItAndIsHarmlessOnceMore) {
    employ();
    ASSERT_EQ(project.tlm({"plan", "--out", "plan.json"}).exit_code, 0);
    EXPECT_THAT(project.read("plan.json"), HasSubstr(R"({ "workflow": "audit", "when": "on_completion" })"));
    EXPECT_THAT(project.tlm({"show", "plan.json", "--format", "markdown"}).out,
                HasSubstr("`tlm run` takes down once all tasks are completed: `audit`"));
    EXPECT_EQ(project.tlm(with(kRun, {"plan.json"})).exit_code, 0);
    EXPECT_EQ(left(), 0);
    server.reset_stats();
    const Finished again = project.tlm(with(kRun, {"plan.json"}));
    EXPECT_EQ(again.exit_code, 0) << again.out << again.err;
    EXPECT_THAT(again.err, HasSubstr("audit: all of its tasks are completed"));
    EXPECT_EQ(server.stat("writes"), 0);
}

TEST_F(TakeDown, InterruptedInTheMiddle_IsPlannedAndDriftsUntilItIsGoneOnWith) {
    employ();
    server.fault("DELETE", "/v1/agents/*", R"({"kind":"status","status":403})", 100);
    const Finished cut = project.tlm(kRun);
    EXPECT_EQ(cut.exit_code, 9) << cut.out << cut.err;
    EXPECT_THAT(cut.out, HasSubstr("Not taken down whole: audit: 1 team and 0 agents deleted."));
    EXPECT_EQ(left(), 2);
    const Finished plan = project.tlm({"plan", "--detailed-exitcode"});
    EXPECT_EQ(plan.exit_code, 2);
    EXPECT_THAT(plan.out, HasSubstr("the workflow is at its end, and taking it down was cut short"));
    EXPECT_THAT(plan.out, Not(HasSubstr("create")));
    EXPECT_EQ(project.tlm({"drift"}).exit_code, 2);
    static_cast<void>(server.admin("DELETE", "/faults"));
    const Finished rest = project.tlm(kRun);
    EXPECT_EQ(rest.exit_code, 0) << rest.out << rest.err;
    EXPECT_EQ(left(), 0);
    EXPECT_EQ(server.stat("tasks"), 2);
    EXPECT_EQ(project.tlm({"drift"}).exit_code, 0);
}

TEST_F(TakeDown, ServerForgetsAll_CompletedTasksAreNotRunAgain) {
    employ(R"({"subject":"Report","outcome":"never"},)");
    write("never");
    const Finished run =
        project.tlm_with_signal(kRun, SIGINT, [&] { return submitted().contains("Report"); });
    EXPECT_EQ(run.exit_code, 8) << run.out << run.err;
    static_cast<void>(server.admin("POST", "/restart", R"({"memory":false})"));
    employ();
    const Finished plan = project.tlm({"plan"});
    EXPECT_THAT(plan.out, HasSubstr("was there, and is gone from the target"));
    EXPECT_THAT(plan.out, Not(HasSubstr("task/crew/Read")));
    const Finished again = project.tlm(kRun);
    EXPECT_EQ(again.exit_code, 0) << again.out << again.err;
    EXPECT_THAT(again.out, HasSubstr("Tasks: 2 of 2 completed."));
    EXPECT_EQ(server.stat("tasks"), 1) << "only the one that was not completed";
}

}  // namespace
}  // namespace tlm::test
