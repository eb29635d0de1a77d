#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/simulator/http_client.h"
#include "tests/simulator/simulator.h"

namespace tlm::simulator {
namespace {

class SimulatorFaultsTest : public testing::Test {
  protected:
    void arrange(const std::string& fault, const std::string& limits = R"("times":1)") {
        const std::string body =
            R"({"method":"POST","path":"/v1/agents",)" + limits + R"(,"fault":)" + fault + "}";
        ASSERT_EQ(admin_.send("POST", "/admin/faults", body).status, 201U);
    }
    Answer create() { return HttpClient(simulator_.port()).send("POST", "/v1/agents", R"({"name":"a"})"); }
    std::string agents() { return json_at(admin_.send("GET", "/admin/stats").body, "/agents"); }
    // Asks until the answer is as wanted, a bounded number of times.
    bool eventually(const std::string& target, const std::string& pointer, const std::string& wanted) {
        for (int i = 0; i < 1'000'000; ++i) {
            if (json_at(HttpClient(simulator_.port()).send("GET", target).body, pointer) == wanted)
                return true;
        }
        return false;
    }

    Simulator simulator_{{.rate = 0, .keep_alive_requests = 0}};
    HttpClient admin_{simulator_.port()};
};

TEST_F(SimulatorFaultsTest, Status_AnswersWithoutDoingTheWorkOnce) {
    arrange(R"({"kind":"status","status":503,"body":{"detail":"x"},"headers":{"Retry-After":"7"}})");
    const Answer answer = create();
    EXPECT_EQ(answer.status, 503U);
    EXPECT_EQ(answer.body, R"({"detail":"x"})");
    EXPECT_EQ(answer.retry_after, "7");
    EXPECT_EQ(agents(), "0");
    EXPECT_EQ(create().status, 201U);
}

TEST_F(SimulatorFaultsTest, StatusAfter_DoesTheWorkAndAnswersSomethingElse) {
    arrange(R"({"kind":"status_after","status":502})");
    const Answer answer = create();
    EXPECT_EQ(answer.status, 502U);
    EXPECT_EQ(answer.body, "");
    EXPECT_EQ(agents(), "1");
}

TEST_F(SimulatorFaultsTest, Drop_ClosesBeforeTheWork) {
    arrange(R"({"kind":"drop"})");
    EXPECT_EQ(create().status, 0U);
    EXPECT_EQ(agents(), "0");
}

TEST_F(SimulatorFaultsTest, DropAfter_ClosesAfterTheWork) {
    arrange(R"({"kind":"drop_after"})");
    EXPECT_EQ(create().status, 0U);
    EXPECT_EQ(agents(), "1");
    EXPECT_EQ(json_at(admin_.send("GET", "/admin/requests").body, "/requests/0/status"), "0");
}

TEST_F(SimulatorFaultsTest, Truncate_SendsHalfOfTheBodyAndCloses) {
    arrange(R"({"kind":"truncate"})");
    EXPECT_EQ(create().status, 0U);
    EXPECT_EQ(agents(), "1");
}

TEST_F(SimulatorFaultsTest, Body_DoesTheWorkAndAnswersTheGivenBytes) {
    arrange(R"({"kind":"body","body":"<html>"})");
    const Answer answer = create();
    EXPECT_EQ(answer.status, 201U);
    EXPECT_EQ(answer.body, "<html>");
    EXPECT_EQ(agents(), "1");
}

TEST_F(SimulatorFaultsTest, Delay_ClientHasLeft_TheWorkIsDoneAllTheSame) {
    arrange(R"({"kind":"delay","ms":1})");
    {
        HttpClient leaving(simulator_.port());
        leaving.send_raw("POST /v1/agents HTTP/1.1\r\nX-API-Key: test-key\r\nContent-Length: 2\r\n\r\n{}");
    }
    EXPECT_TRUE(eventually("/admin/stats", "/agents", "1"));
    EXPECT_TRUE(eventually("/admin/requests", "/requests/0/status", "201"));
}

TEST_F(SimulatorFaultsTest, DelayAfter_AnswersNormallyInTheEnd) {
    arrange(R"({"kind":"delay_after","ms":1})");
    EXPECT_EQ(create().status, 201U);
}

TEST_F(SimulatorFaultsTest, HangAndHangAfter_NeverAnswerAndDifferInTheWork) {
    arrange(R"({"kind":"hang"})");
    arrange(R"({"kind":"hang_after"})");
    HttpClient first(simulator_.port());
    HttpClient second(simulator_.port());
    const char* request = "POST /v1/agents HTTP/1.1\r\nX-API-Key: test-key\r\nContent-Length: 2\r\n\r\n{}";
    first.send_raw(request);
    EXPECT_TRUE(eventually("/admin/stats", "/requests", "1"));
    EXPECT_EQ(agents(), "0");
    second.send_raw(request);
    EXPECT_TRUE(eventually("/admin/stats", "/requests", "2"));
    EXPECT_EQ(agents(), "1");
    EXPECT_EQ(json_at(admin_.send("GET", "/admin/stats").body, "/max_in_flight"), "2");
}

TEST_F(SimulatorFaultsTest, SkipAndTimes_HitOnlyTheRequestsBetween) {
    arrange(R"({"kind":"status","status":500})", R"("skip":1,"times":2)");
    EXPECT_EQ(create().status, 201U);
    EXPECT_EQ(create().status, 500U);
    EXPECT_EQ(json_at(admin_.send("GET", "/admin/faults").body, "/faults/0/times"), "1");
    EXPECT_EQ(create().status, 500U);
    EXPECT_EQ(create().status, 201U);
    EXPECT_EQ(json_at(admin_.send("GET", "/admin/faults").body, "/faults"), "[]");
}

TEST_F(SimulatorFaultsTest, Share_HitsThatPartOfTheRequestsAndTheSameOnesAgain) {
    const auto hit = [&] {
        arrange(R"({"kind":"status","status":500})", R"("times":-1,"share":0.5,"seed":7)");
        std::string which;
        for (int i = 0; i < 64; ++i)
            which += create().status == 500 ? 'x' : '.';
        admin_.send("DELETE", "/admin/faults");
        return which;
    };
    const std::string first = hit();
    EXPECT_EQ(hit(), first);
    const auto hits = std::count(first.begin(), first.end(), 'x');
    EXPECT_GT(hits, 16);
    EXPECT_LT(hits, 48);
    EXPECT_EQ(json_at(admin_.send("GET", "/admin/faults").body, "/taken/status"), std::to_string(2 * hits));
}

TEST_F(SimulatorFaultsTest, Cleared_NoLongerHits) {
    arrange(R"({"kind":"drop"})", R"("times":-1)");
    EXPECT_EQ(create().status, 0U);
    EXPECT_EQ(create().status, 0U);
    EXPECT_EQ(admin_.send("DELETE", "/admin/faults").status, 204U);
    EXPECT_EQ(create().status, 201U);
}

TEST_F(SimulatorFaultsTest, UnknownKindOrShape_Is400) {
    for (const char* body : {"{", "[]", "{}", R"({"fault":{"kind":"earthquake"}})"}) {
        EXPECT_EQ(admin_.send("POST", "/admin/faults", body).status, 400U) << body;
    }
}

TEST_F(SimulatorFaultsTest, Stats_CountRoutesAndResetLeavesData) {
    create();
    admin_.send("GET", "/v1/agents?limit=1", "", {{"X-Request-Id", "r-1"}});
    const std::string stats = admin_.send("GET", "/admin/stats").body;
    EXPECT_EQ(json_at(stats, "/requests"), "2");
    EXPECT_EQ(json_at(stats, "/reads"), "1");
    EXPECT_EQ(json_at(stats, "/writes"), "1");
    EXPECT_EQ(json_at(stats, "/by_route"), R"({"GET /v1/agents":1,"POST /v1/agents":1})");
    const std::string log = admin_.send("GET", "/admin/requests").body;
    EXPECT_EQ(json_at(log, "/requests/1/request_id"), R"("r-1")");
    EXPECT_EQ(json_at(log, "/requests/1/path"), R"("/v1/agents")");
    EXPECT_EQ(json_at(log, "/requests/1/status"), "200");
    admin_.send("POST", "/admin/stats/reset");
    EXPECT_EQ(json_at(admin_.send("GET", "/admin/stats").body, "/requests"), "0");
    EXPECT_EQ(agents(), "1");
}

TEST_F(SimulatorFaultsTest, BulkInsert_KeepsObjectsAndFillsInIdAndTime) {
    const std::string body =
        R"({"items":[{"name":"a","odd":1},{"id":"z","name":"a"},{"id":"z","name":"b"}]})";
    const Answer answer = admin_.send("POST", "/admin/agents", body);
    EXPECT_EQ(answer.status, 201U);
    const std::string list = admin_.send("GET", "/v1/agents").body;
    EXPECT_EQ(json_at(list, "/total"), "2");
    EXPECT_EQ(json_at(list, "/agents/0/odd"), "1");
    EXPECT_NE(json_at(list, "/agents/0/createdAt"), "");
    EXPECT_EQ(json_at(list, "/agents/1/name"), R"("b")");
    EXPECT_EQ(json_at(admin_.send("GET", "/admin/stats").body, "/duplicates/agents"), "0");
    admin_.send("POST", "/admin/forget");
    EXPECT_EQ(agents(), "0");
}

TEST_F(SimulatorFaultsTest, CompleteTasks_ReportsOnlyOnOpenOnes) {
    const std::string items = R"({"items":[{"id":"1","teamId":"t","subject":"s","status":"pending"},
        {"id":"2","teamId":"t","subject":"s","status":"failed"},{"id":"3","teamId":"t","status":"running"}]})";
    admin_.send("POST", "/admin/tasks", items);
    EXPECT_EQ(json_at(admin_.send("POST", "/admin/tasks/complete", R"({"subject":"s"})").body, "/ids"),
              R"(["1"])");
    EXPECT_NE(json_at(admin_.send("GET", "/v1/teams/t/tasks/1").body, "/task/completedAt"), "");
    const Answer rest = admin_.send("POST", "/admin/tasks/complete", R"({"all":true,"status":"failed"})");
    EXPECT_EQ(json_at(rest.body, "/ids"), R"(["3"])");
    EXPECT_EQ(json_at(admin_.send("GET", "/v1/tasks").body, "/tasks/2/status"), R"("failed")");
    EXPECT_EQ(admin_.send("POST", "/admin/tasks/complete", R"({"status":"failed"})").status, 400U);
}

}  // namespace
}  // namespace tlm::simulator
