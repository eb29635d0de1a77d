// An apply that is stopped from outside, in every way in which that happens, and the lock that it holds
// meanwhile. Nothing is lost: one more run leaves the fleet as planned.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

#include "tests/reliability/fleet_check.h"

namespace tlm::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;

class Stopped : public testing::TestWithParam<int> {
  protected:
    Stopped() {
        server.attach(project);
        project.write("workflows/pair.yaml", kPair);
        // A run that waits for an answer that does not come waits for longer than a test may take.
        project.environment["AGAMEMNON_TIMEOUT"] = "3000";
    }
    // The agent is made, and its maker does not hear of it.
    void hang() const { server.fault("POST", "/v1/agents", R"({"kind":"hang_after"})"); }
    // The agent is made, and its maker hears of it after a while.
    void slow_down() const { server.fault("POST", "/v1/agents", R"({"kind":"delay_after","ms":1500})", 2); }
    void wait_for_an_agent() const {
        while (server.stat("agents") == 0) {
        }
    }
    static std::vector<std::string> apply() {
        return {tested_program(), "apply", "--yes", "--parallelism", "1"};
    }

    void expect_one_more_run_to_do_the_rest() {
        static_cast<void>(server.admin("DELETE", "/faults"));
        const Finished again = project.tlm({"apply", "--yes"});
        EXPECT_EQ(again.exit_code, 0) << again.out << again.err;
        EXPECT_THAT(wrong_with(server, project, {{kPair}, {}}), IsEmpty()) << again.out << again.err;
    }
    // Every call that was sent has its outcome in the journal.
    void expect_nothing_open() {
        EXPECT_THAT(project.tlm({"state", "check"}).out, testing::Not(HasSubstr("no outcome")));
    }

    Server server;
    Project project;
};

TEST_P(Stopped, BySignal_FinishesWhatIsInFlightRecordsItAndSaysWhatIsLeft) {
    slow_down();
    const Finished stopped = project.tlm_with_signal({"apply", "--yes", "--parallelism", "1"}, GetParam(),
                                                     [&] { return server.stat("agents") > 0; });
    EXPECT_EQ(stopped.exit_code, 8) << stopped.out << stopped.err;
    EXPECT_THAT(stopped.err, HasSubstr("stopping: what is in flight is finished and recorded"));
    EXPECT_THAT(stopped.out,
                AllOf(HasSubstr("open     pair/agent/architect"), HasSubstr("open     pair/team/crew"),
                      HasSubstr("goes on where this stopped")));
    EXPECT_EQ(server.stat("agents"), 1);
    expect_nothing_open();
    EXPECT_THAT(project.tlm({"log"}).out, HasSubstr("interrupted"));
    expect_one_more_run_to_do_the_rest();
}

INSTANTIATE_TEST_SUITE_P(Signal, Stopped, testing::Values(SIGINT, SIGTERM, SIGHUP),
                         [](const auto& signal) { return std::string("SIG") + sigabbrev_np(signal.param); });

TEST_F(Stopped, WhileALookUpIsPutOff_LeavesTheQuestionToTheNextRun) {
    server.fault("POST", "/v1/agents", R"({"kind":"drop_after"})");
    server.fault("GET", "/v1/agents/by-name/{name}",
                 R"({"kind":"status","status":429,"headers":{"Retry-After":"200"}})", -1);
    const Finished stopped = project.tlm_with_signal({"apply", "--yes", "--parallelism", "1"}, SIGINT, [&] {
        return server.admin("GET", "/stats")["by_route"].HasMember("GET /v1/agents/by-name/{name}");
    });
    EXPECT_EQ(stopped.exit_code, 8) << stopped.out << stopped.err;
    EXPECT_THAT(project.tlm({"state", "check"}).out, HasSubstr("no outcome yet"));
    expect_one_more_run_to_do_the_rest();
}

// Whether the signal was sent to the process and not yet delivered.
bool is_pending(int pid, int signal) {
    std::ifstream status(fmt::format("/proc/{}/status", pid));
    for (std::string line; std::getline(status, line);) {
        if (line.rfind("ShdPnd:", 0) == 0)
            return ((std::stoull(line.substr(7), nullptr, 16) >> (signal - 1)) & 1U) != 0;
    }
    return false;
}

TEST_F(Stopped, ByASecondSignal_StopsAtOnceAndTheJournalTellsTheNextRun) {
    hang();
    const Finished stopped = project.tlm_meanwhile({"apply", "--yes"}, [&](int pid) {
        wait_for_an_agent();
        kill(pid, SIGINT);
        // Two of one kind that are pending together are one.
        while (is_pending(pid, SIGINT)) {
        }
        kill(pid, SIGINT);
    });
    EXPECT_EQ(stopped.exit_code, 8) << stopped.out << stopped.err;
    EXPECT_THAT(project.tlm({"state", "check"}).out, HasSubstr("no outcome yet"));
    expect_one_more_run_to_do_the_rest();
}

TEST_F(Stopped, ByTwoSignalsTogether_StopsAtOnce) {
    hang();
    const Finished stopped = project.tlm_meanwhile({"apply", "--yes"}, [&](int pid) {
        wait_for_an_agent();
        kill(pid, SIGINT);
        kill(pid, SIGTERM);
    });
    EXPECT_EQ(stopped.exit_code, 8) << stopped.out << stopped.err;
    expect_one_more_run_to_do_the_rest();
}

TEST_F(Stopped, ByTheEndOfItsTerminal_FinishesWhatIsInFlightAndRecordsIt) {
    slow_down();
    const Finished stopped = run_losing_terminal(apply(), project.environment, project.directory.string(),
                                                 [&](int) { wait_for_an_agent(); });
    EXPECT_EQ(stopped.exit_code, 8);
    EXPECT_EQ(server.stat("agents"), 1);
    expect_nothing_open();
    expect_one_more_run_to_do_the_rest();
}

TEST_F(Stopped, NobodyReadsItsOutputAnyMore_GoesOnToTheEnd) {
    slow_down();
    const Finished finished = run_losing_readers(apply(), project.environment, project.directory.string(),
                                                 [&](int) { wait_for_an_agent(); });
    EXPECT_EQ(finished.exit_code, 1) << "the report could not be written";
    expect_nothing_open();
    EXPECT_THAT(wrong_with(server, project, {{kPair}, {}}), IsEmpty());
    EXPECT_THAT(project.tlm({"log"}).out, HasSubstr("done"));
}

TEST_F(Stopped, WhileAnApplyRuns_OthersAreRefusedAndToldByWhomAndOnceItIsKilledTheLockIsFree) {
    hang();
    const Finished killed = project.tlm_meanwhile({"apply", "--yes"}, [&](int pid) {
        wait_for_an_agent();
        const auto holder = testing::ContainsRegex(
            fmt::format(R"(.* on .* \(pid {}\) since 20..-..-..T..:..:..\....Z, doing apply)", pid));
        for (const std::vector<std::string>& command : {std::vector<std::string>{"apply", "--yes"},
                                                        {"destroy", "--yes"},
                                                        {"apply", "--yes", "--lock-timeout", "1s"}}) {
            const Finished refused = project.tlm(command);
            EXPECT_EQ(refused.exit_code, 4) << refused.out << refused.err;
            EXPECT_THAT(refused.err, holder);
            EXPECT_THAT(refused.err, HasSubstr("state.db: the state is locked by "));
            EXPECT_THAT(refused.err, HasSubstr("  next: Wait for it with `--lock-timeout`"));
        }
        EXPECT_THAT(project.tlm({"state", "lock"}).out, holder);
        rapidjson::Document lock;
        lock.Parse(project.tlm({"state", "lock", "--format", "json"}).out);
        EXPECT_TRUE(lock["locked"].GetBool());
        EXPECT_EQ(lock["pid"].GetInt(), pid);
        EXPECT_STREQ(lock["doing"].GetString(), "apply");
        // Looking takes no lock.
        EXPECT_EQ(project.tlm({"plan"}).exit_code, 0);
        EXPECT_EQ(project.tlm({"state", "list"}).exit_code, 0);
        kill(pid, SIGKILL);
    });
    EXPECT_EQ(killed.exit_code, 128 + SIGKILL);
    EXPECT_EQ(project.tlm({"state", "lock"}).out, "Not locked.\n");
    expect_one_more_run_to_do_the_rest();
}

TEST_F(Stopped, WaitingForTheLockOfAnApplyThatIsKilled_GetsItAndDoesTheRest) {
    hang();
    Finished waited;
    const Finished killed = project.tlm_meanwhile({"apply", "--yes"}, [&](int holder) {
        wait_for_an_agent();
        waited = project.tlm_meanwhile({"apply", "--yes", "--lock-timeout", "5m"},
                                       [&](int) { kill(holder, SIGKILL); });
    });
    EXPECT_EQ(killed.exit_code, 128 + SIGKILL);
    EXPECT_EQ(waited.exit_code, 0) << waited.out << waited.err;
    EXPECT_THAT(wrong_with(server, project, {{kPair}, {}}), IsEmpty());
}

}  // namespace
}  // namespace tlm::test
