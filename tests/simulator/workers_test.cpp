#include "tests/simulator/workers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

#include "tests/simulator/http_client.h"
#include "tests/simulator/simulator.h"

namespace tlm::simulator {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

SimulatorOptions without_limit() {
    SimulatorOptions options;
    options.rate = 0;
    options.keep_alive_requests = 0;
    return options;
}

TEST(WorkerScriptTest, FirstThatMatches_Counts) {
    const auto scripts =
        read_scripts(R"({"scripts":[{"subject":"Review*","outcome":"failed"},{"subject":"[x]","ms":7},{}]})");
    EXPECT_EQ(find_script(scripts, "Review it")->outcome, Outcome::kFailed);
    EXPECT_EQ(std::get<milliseconds>(find_script(scripts, "[x]")->end), milliseconds(7)) << "exactly this";
    EXPECT_EQ(find_script(scripts, "review")->outcome, Outcome::kCompleted);
    EXPECT_EQ(find_script({}, "review"), nullptr);
}

TEST(WorkerScriptTest, Faulty_IsRefusedWithTheReason) {
    for (const char* json : {"", "[]", R"({"scripts":7})", R"({"scripts":[7]})", R"({"scripts":[{"ms":-1}]})",
                             R"({"scripts":[{"after_reads":1,"ms":1}]})", R"({"scripts":[{"outcome":"x"}]})",
                             R"({"scripts":[{"subject":7}]})", R"({"scripts":[{"readz":7}]})"}) {
        EXPECT_THROW(static_cast<void>(read_scripts(json)), std::invalid_argument) << json;
    }
    for (const char* text : {"500", "ms=", "ms=5x", "reads=-1", "fails=x"})
        EXPECT_THROW(static_cast<void>(read_short_scripts(text)), std::invalid_argument) << text;
}

TEST(WorkerScriptTest, ShortText_TimeIsForAllAndOthersComplete) {
    const auto scripts = read_short_scripts("fail=Review*,ms=500,never=Watch");
    EXPECT_EQ(find_script(scripts, "Review it")->outcome, Outcome::kFailed);
    EXPECT_EQ(std::get<milliseconds>(find_script(scripts, "Review it")->end), milliseconds(500));
    EXPECT_EQ(find_script(scripts, "Watch")->outcome, Outcome::kNever);
    EXPECT_EQ(find_script(scripts, "Build")->outcome, Outcome::kCompleted);
    EXPECT_EQ(std::get<long>(find_script(read_short_scripts("reads=3"), "Build")->end), 3);
}

// Workers without a server, whose time is the test's.
class WorkersTimeTest : public testing::Test {
  protected:
    std::string status(const std::string& id) { return store_.tasks.find(id)->status; }

    Store store_;
    Workers workers_;
    const Workers::Time start_{};
};

TEST_F(WorkersTimeTest, Tasks_EndWhenTheirTimeHasCome) {
    store_.tasks.put(std::get<Record>(new_task(R"({"subject":"slow"})", "t", {"1", "now"})));
    store_.tasks.put(std::get<Record>(new_task(R"({"subject":"quick"})", "t", {"2", "now"})));
    workers_.employ({{"slow", Outcome::kFailed, milliseconds(30)}, {"*", {}, milliseconds(20)}}, store_,
                    start_);
    EXPECT_EQ(workers_.next_due(), start_ + milliseconds(20));
    workers_.pass(store_, start_ + milliseconds(19));
    EXPECT_EQ(status("2"), "running");
    workers_.pass(store_, start_ + milliseconds(20));
    EXPECT_EQ(status("2"), "completed");
    EXPECT_EQ(status("1"), "running");
    workers_.pass(store_, start_ + milliseconds(99));
    EXPECT_EQ(status("1"), "failed");
    EXPECT_EQ(workers_.next_due(), std::nullopt);
}

class WorkersTest : public testing::Test {
  protected:
    std::string submit(const std::string& subject, const std::string& blocker = {}) {
        const std::string blocked = blocker.empty() ? "" : "\"" + blocker + "\"";
        const std::string body =
            client_
                .send("POST", "/v1/teams/t/tasks",
                      R"({"subject":")" + subject + R"(","blockedBy":[)" + blocked + "]}")
                .body;
        EXPECT_EQ(json_at(body, "/task/status"), R"("pending")");
        const std::string id = json_at(body, "/task/id");
        return id.substr(1, id.size() - 2);
    }
    void employ(const std::string& scripts) {
        ASSERT_EQ(client_.send("POST", "/admin/workers", R"({"scripts":[)" + scripts + "]}").status, 204U);
    }
    std::string listed(const std::string& list = "/v1/tasks") {
        return json_at(client_.send("GET", list).body, "/tasks/0/status");
    }
    // A member of the log of the n-th task.
    std::string logged(int n, const std::string& member) {
        return json_at(client_.send("GET", "/admin/tasks/log").body,
                       "/tasks/" + std::to_string(n) + "/" + member);
    }

    Simulator simulator_{without_limit()};
    HttpClient client_{simulator_.port()};
};

TEST_F(WorkersTest, NotEmployed_TasksStayPending) {
    submit("a");
    EXPECT_EQ(listed(), R"("pending")");
    EXPECT_EQ(listed(), R"("pending")");
    EXPECT_EQ(logged(0, "started"), "null");
}

TEST_F(WorkersTest, AfterReads_IsRunningInSoManyAnswersAndThenCompleted) {
    employ(R"({"after_reads":3})");
    const std::string id = submit("a");
    EXPECT_EQ(listed(), R"("running")");
    EXPECT_EQ(listed("/v1/teams/t/tasks"), R"("running")");
    EXPECT_EQ(listed("/v1/teams/other/tasks"), "") << "an answer that does not show it";
    EXPECT_EQ(listed("/v1/tasks?offset=1"), "");
    EXPECT_EQ(json_at(client_.send("GET", "/v1/teams/t/tasks/" + id).body, "/task/status"), R"("running")");
    EXPECT_EQ(listed(), R"("completed")");
    EXPECT_THAT(json_at(client_.send("GET", "/v1/tasks").body, "/tasks/0/completedAt"), HasSubstr("T"));
}

TEST_F(WorkersTest, NoReads_IsDoneOnceItIsSubmitted) {
    employ(R"({"subject":"bad*","outcome":"failed"},{})");
    submit("good");
    EXPECT_EQ(listed(), R"("completed")");
    submit("bad one");
    EXPECT_EQ(logged(1, "status"), R"("failed")");
    EXPECT_EQ(logged(1, "created"), "4");
    EXPECT_EQ(logged(1, "started"), "5");
    EXPECT_EQ(logged(1, "finished"), "6");
}

TEST_F(WorkersTest, NeverAndUntaken_StayUntilTheyAreEndedByHand) {
    employ(R"({"subject":"never","outcome":"never"},{"subject":"untaken","outcome":"untaken"})");
    submit("never");
    EXPECT_EQ(listed(), R"("running")");
    submit("untaken");
    for (int i = 0; i < 3; ++i)
        static_cast<void>(listed());
    EXPECT_EQ(logged(0, "status"), R"("running")");
    EXPECT_EQ(logged(1, "status"), R"("pending")");
    client_.send("POST", "/admin/tasks/complete", R"({"subject":"never","status":"failed"})");
    client_.send("POST", "/admin/tasks/complete", R"({"subject":"untaken","status":"blocked"})");
    EXPECT_EQ(logged(0, "status"), R"("failed")");
    EXPECT_EQ(logged(1, "status"), R"("blocked")");
    client_.send("POST", "/admin/tasks/complete", R"({"subject":"untaken"})");
    EXPECT_EQ(logged(1, "status"), R"("completed")");
    EXPECT_EQ(logged(1, "started"), "null");
}

TEST_F(WorkersTest, EmployedLater_TakeWhatIsThereAndNewScriptsReplaceOld) {
    submit("a");
    employ(R"({"outcome":"never"})");
    EXPECT_EQ(listed(), R"("running")");
    employ(R"({"after_reads":1})");
    EXPECT_EQ(listed(), R"("running")");
    EXPECT_EQ(listed(), R"("completed")");
    employ(R"({"after_reads":1})");
    submit("b");
    EXPECT_EQ(client_.send("DELETE", "/admin/workers").status, 204U);
    for (int i = 0; i < 3; ++i)
        static_cast<void>(listed());
    EXPECT_EQ(logged(1, "status"), R"("running")");
}

TEST_F(WorkersTest, EndedByTheClient_IsNotEndedAgain) {
    employ(R"({"after_reads":1})");
    const std::string id = submit("a");
    client_.send("PATCH", "/v1/teams/t/tasks/" + id, R"({"status":"failed"})");
    EXPECT_EQ(listed(), R"("failed")");
    EXPECT_EQ(listed(), R"("failed")");
}

TEST_F(WorkersTest, Time_PassesWhenTheTestSaysSo) {
    employ(R"({"ms":3600000})");
    submit("a");
    EXPECT_EQ(listed(), R"("running")");
    EXPECT_EQ(client_.send("POST", "/admin/workers/skip", R"({"ms":3600000})").status, 204U);
    EXPECT_EQ(listed(), R"("completed")");
    EXPECT_EQ(client_.send("POST", "/admin/workers/skip", "{}").status, 400U);
}

TEST_F(WorkersTest, RealTime_PassesWithoutAnyRequestThatChangesSomething) {
    employ(R"({"ms":1})");
    submit("a");
    std::string status;
    for (int i = 0; i < 1'000'000 && status != R"("completed")"; ++i)
        status = logged(0, "status");
    EXPECT_EQ(status, R"("completed")");
}

TEST_F(WorkersTest, Log_SaysWhatCameEarly) {
    const std::string first = submit("first");
    const std::string early = submit("early", first);
    client_.send("POST", "/admin/tasks/complete", R"({"subject":"first"})");
    submit("late", first);
    client_.send("POST", "/admin/tasks/complete", R"({"subject":"early","status":"failed"})");
    submit("after a failure", early);
    EXPECT_EQ(logged(1, "blocked_by"), "[\"" + first + "\"]");
    EXPECT_EQ(logged(0, "early"), "false");
    EXPECT_EQ(logged(1, "early"), "true");
    EXPECT_EQ(logged(2, "early"), "false");
    EXPECT_EQ(logged(3, "early"), "true");
    EXPECT_EQ(json_at(client_.send("GET", "/admin/stats").body, "/dispatched_early"), "2");
}

TEST_F(WorkersTest, FaultyScripts_AreRefusedWithTheReason) {
    const Answer answer = client_.send("POST", "/admin/workers", R"({"scripts":[{"speed":1}]})");
    EXPECT_EQ(answer.status, 400U);
    EXPECT_EQ(json_at(answer.body, "/error"), R"("a script has no member 'speed'")");
}

TEST_F(WorkersTest, Restart_DropsConnectionsAndKeepsOrLosesMemory) {
    employ(R"({"after_reads":2})");
    HttpClient other(simulator_.port());
    HttpClient waiting(simulator_.port());
    client_.send("POST", "/admin/faults", R"({"path":"/v1/health","fault":{"kind":"hang"}})");
    submit("a");
    EXPECT_EQ(other.send("GET", "/v1/tasks").status, 200U);
    waiting.send_raw("GET /v1/health HTTP/1.1\r\nHost: h\r\nX-API-Key: test-key\r\n\r\n");
    while (json_at(client_.send("GET", "/admin/stats").body, "/in_flight") != "1") {
    }
    EXPECT_EQ(client_.send("POST", "/admin/restart").status, 204U);
    EXPECT_EQ(other.send("GET", "/v1/tasks").status, 0U);
    EXPECT_EQ(waiting.read_answer().status, 0U);
    EXPECT_EQ(listed(), R"("running")") << "its worker is another process";
    EXPECT_EQ(listed(), R"("completed")");
    EXPECT_EQ(client_.send("POST", "/admin/restart", R"({"memory":false})").status, 204U);
    EXPECT_EQ(json_at(client_.send("GET", "/v1/tasks").body, "/total"), "0");
    EXPECT_EQ(logged(0, "status"), R"("completed")") << "the log is not the server's";
    submit("b");
    EXPECT_EQ(listed(), R"("running")");
}

TEST_F(WorkersTest, Stopped_RefusesUntilItIsStartedOnTheSamePort) {
    submit("a");
    const unsigned short port = simulator_.port();
    for (const Memory memory : {Memory::kKept, Memory::kLost}) {
        HttpClient before(port);
        EXPECT_EQ(before.send("GET", "/v1/health").status, 200U);
        simulator_.stop();
        EXPECT_EQ(before.send("GET", "/v1/health").status, 0U);
        EXPECT_THROW(HttpClient{port}, std::exception);
        simulator_.start(memory);
        HttpClient after(port);
        EXPECT_EQ(json_at(after.send("GET", "/v1/tasks").body, "/total"),
                  memory == Memory::kKept ? "1" : "0");
    }
}

}  // namespace
}  // namespace tlm::simulator
