#include "tests/simulator/simulator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/simulator/http_client.h"

namespace tlm::simulator {
namespace {

using testing::HasSubstr;

SimulatorOptions without_limit() {
    return {.rate = 0, .keep_alive_requests = 0};
}

std::string unquoted(const std::string& json) {
    return json.substr(1, json.size() - 2);
}

std::string object(const std::string& member, const std::string& text) {
    return "{\"" + member + "\":\"" + text + "\"}";
}

class SimulatorTest : public testing::Test {
  protected:
    std::string create(const std::string& collection, const std::string& body) {
        const Answer answer = client_.send("POST", "/v1/" + collection, body);
        EXPECT_EQ(answer.status, 201U) << answer.body;
        const std::string wrapper = collection.ends_with("tasks") ? "/task" : "/team";
        return unquoted(json_at(answer.body, collection == "agents" ? "/id" : wrapper + "/id"));
    }
    std::string get(const std::string& target, const std::string& pointer) {
        return json_at(client_.send("GET", target).body, pointer);
    }

    Simulator simulator_{without_limit()};
    HttpClient client_{simulator_.port()};
};

TEST(SimulatorOptionsTest, Defaults_AreThoseOfARealServer) {
    const SimulatorOptions options;
    EXPECT_EQ(options.rate, 60);
    EXPECT_EQ(options.burst, 120);
    EXPECT_EQ(options.keep_alive_requests, 100);
    EXPECT_EQ(options.missing_length_wait, std::chrono::seconds(10));
}

TEST(SimulatorOptionsTest, EmptyApiKey_DoesNotStart) {
    EXPECT_THROW(Simulator({.api_key = ""}), std::exception);
}

TEST_F(SimulatorTest, Request_WithoutKey_Is401AlsoOnHealth) {
    for (const char* target : {"/v1/health", "/v1/version", "/v1/agents", "/v1/nothing"}) {
        const Answer answer = client_.send("GET", target, "", {{"Authorization", "Bearer wrong"}});
        EXPECT_EQ(answer.status, 401U) << target;
        EXPECT_EQ(answer.body, R"({"error":"unauthorized"})");
    }
}

TEST_F(SimulatorTest, Request_WithBearerOrHeaderKey_IsAccepted) {
    EXPECT_EQ(client_.send("GET", "/v1/health", "", {{"Authorization", "Bearer test-key"}}).status, 200U);
    EXPECT_EQ(client_.send("GET", "/v1/health", "", {{"X-API-Key", "test-key"}}).status, 200U);
}

TEST_F(SimulatorTest, RootHealth_WithoutKey_Answers) {
    EXPECT_EQ(client_.send("GET", "/health", "", {{"Authorization", "none"}}).status, 200U);
}

TEST(SimulatorRateTest, BurstSpent_Is429WithWholeSecondsExceptOnExemptRoutes) {
    const Simulator simulator({.rate = 0.01, .burst = 2});
    HttpClient client(simulator.port());
    EXPECT_EQ(client.send("GET", "/v1/agents").status, 200U);
    EXPECT_EQ(client.send("GET", "/v1/agents").status, 200U);
    const Answer refused = client.send("GET", "/v1/agents");
    EXPECT_EQ(refused.status, 429U);
    EXPECT_EQ(json_at(refused.body, "/error"), R"("rate limit exceeded")");
    EXPECT_EQ(json_at(refused.body, "/retry_after_seconds"), refused.retry_after);
    EXPECT_GE(std::stol(refused.retry_after), 1);
    for (const char* target : {"/health", "/v1/health", "/v1/version"}) {
        EXPECT_EQ(client.send("GET", target).status, 200U) << target;
    }
    EXPECT_EQ(json_at(client.send("GET", "/admin/stats").body, "/throttled"), "1");
}

TEST_F(SimulatorTest, List_WithoutParameters_Gives100OrderedByIdAndTheTotal) {
    for (int i = 0; i < 105; ++i)
        create("agents", object("name", std::to_string(i)));
    const std::string body = client_.send("GET", "/v1/agents").body;
    EXPECT_EQ(json_at(body, "/total"), "105");
    EXPECT_EQ(json_at(body, "/limit"), "100");
    EXPECT_EQ(json_at(body, "/offset"), "0");
    EXPECT_EQ(json_at(body, "/agents/100"), "");
    for (int i = 1; i < 100; ++i) {
        EXPECT_LT(json_at(body, "/agents/" + std::to_string(i - 1) + "/id"),
                  json_at(body, "/agents/" + std::to_string(i) + "/id"));
    }
}

TEST_F(SimulatorTest, List_OddLimits_AreClampedOrRefused) {
    create("agents", object("name", "a"));
    EXPECT_EQ(get("/v1/agents?limit=1001", "/limit"), "1000");
    EXPECT_EQ(get("/v1/agents?limit=-1", "/limit"), "1000");
    EXPECT_EQ(get("/v1/agents?limit=99999999999999999999", "/limit"), "1000");
    EXPECT_EQ(get("/v1/agents?limit=0", "/agents"), "[]");
    EXPECT_EQ(client_.send("GET", "/v1/agents?limit=abc").status, 400U);
    EXPECT_EQ(client_.send("GET", "/v1/agents?offset=1x").status, 400U);
    EXPECT_EQ(get("/v1/agents?offset=7", "/agents"), "[]");
    EXPECT_EQ(get("/v1/agents?offset=7", "/total"), "1");
}

TEST_F(SimulatorTest, List_ReadInPages_GivesEverythingOnce) {
    for (int i = 0; i < 5; ++i)
        create("teams", object("name", "same"));
    const std::string all = client_.send("GET", "/v1/teams").body;
    for (int i = 0; i < 5; ++i) {
        const std::string index = std::to_string(i);
        EXPECT_EQ(get("/v1/teams?limit=1&offset=" + index, "/teams/0/id"),
                  json_at(all, "/teams/" + index + "/id"));
    }
}

TEST_F(SimulatorTest, Create_SameNameTwice_MakesTwo) {
    EXPECT_NE(create("agents", object("name", "a")), create("agents", object("name", "a")));
    EXPECT_NE(create("teams", object("name", "t")), create("teams", object("name", "t")));
    EXPECT_NE(create("teams/x/tasks", object("subject", "s")),
              create("teams/x/tasks", object("subject", "s")));
    create("teams/y/tasks", object("subject", "s"));
    EXPECT_EQ(get("/admin/stats", "/duplicates"), R"({"agents":1,"teams":1,"tasks":1})");
}

TEST_F(SimulatorTest, CreateAgent_UnknownMembers_AreDroppedAndDefaultsFilledIn) {
    const std::string id =
        create("agents", R"({"name":"a","image":"i","cpus":2,"memory":"1g","status":"online",
                                                "hostId":"h","model":"m","programArgs":"--model m"})");
    const std::string agent = get("/v1/agents/" + id, "/agent");
    for (const char* dropped : {"/image", "/cpus", "/memory", "/hostId", "/model"}) {
        EXPECT_EQ(json_at(agent, dropped), "") << dropped;
    }
    EXPECT_EQ(json_at(agent, "/status"), R"("offline")");
    EXPECT_EQ(json_at(agent, "/programArgs"), R"("--model m")");
    EXPECT_EQ(json_at(agent, "/role"), R"("worker")");
    EXPECT_EQ(json_at(agent, "/host"), R"("local")");
    EXPECT_EQ(json_at(agent, "/tags"), "[]");
}

TEST_F(SimulatorTest, PatchAgent_AnyMember_SticksExceptTheServersOwn) {
    const std::string id = create("agents", object("name", "a"));
    const std::string created = get("/v1/agents/" + id, "/agent/createdAt");
    const std::string patch =
        R"({"image":"i","cpus":2,"id":"x","createdAt":"y","updatedAt":"z","label":"l"})";
    const Answer answer = client_.send("PATCH", "/v1/agents/" + id, patch);
    EXPECT_EQ(answer.status, 200U);
    EXPECT_EQ(json_at(answer.body, "/agent/image"), R"("i")");
    EXPECT_EQ(json_at(answer.body, "/agent/cpus"), "2");
    EXPECT_EQ(json_at(answer.body, "/agent/label"), R"("l")");
    EXPECT_EQ(json_at(answer.body, "/agent/id"), "\"" + id + "\"");
    EXPECT_EQ(json_at(answer.body, "/agent/createdAt"), created);
    EXPECT_EQ(json_at(answer.body, "/agent/updatedAt"), "");
}

TEST_F(SimulatorTest, ByName_EncodedName_FindsAnyOneAndFollowsRenames) {
    const std::string id = create("agents", object("name", "a b?c"));
    EXPECT_EQ(get("/v1/agents/by-name/a%20b%3Fc", "/agent/id"), "\"" + id + "\"");
    EXPECT_EQ(client_.send("GET", "/v1/agents/by-name/a").status, 404U);
    client_.send("PATCH", "/v1/agents/" + id, object("name", "new"));
    EXPECT_EQ(client_.send("GET", "/v1/agents/by-name/a%20b%3Fc").status, 404U);
    EXPECT_EQ(get("/v1/agents/by-name/new", "/agent/id"), "\"" + id + "\"");
}

TEST_F(SimulatorTest, ByName_NameWithSlash_CanNotBeLookedUp) {
    create("agents", object("name", "a/b"));
    EXPECT_EQ(client_.send("GET", "/v1/agents/by-name/a%2Fb").status, 404U);
}

TEST_F(SimulatorTest, StartAndStop_AlsoWhenAlreadySo_Are200) {
    const std::string id = create("agents", object("name", "a"));
    for (int i = 0; i < 2; ++i) {
        const Answer answer = client_.send("POST", "/v1/agents/" + id + "/start");
        EXPECT_EQ(answer.status, 200U);
        EXPECT_EQ(answer.body, R"({"status":"online","id":")" + id + "\"}");
    }
    EXPECT_EQ(get("/v1/agents/" + id, "/agent/status"), R"("online")");
    EXPECT_THAT(client_.send("POST", "/v1/agents/" + id + "/stop").body, HasSubstr(R"("offline")"));
    const Answer unknown = client_.send("POST", "/v1/agents/nobody/start");
    EXPECT_EQ(unknown.status, 404U);
    EXPECT_EQ(unknown.body, R"({"error":"agent not found"})");
}

TEST_F(SimulatorTest, Delete_SecondTime_Is404) {
    const std::string id = create("agents", object("name", "a"));
    EXPECT_EQ(client_.send("DELETE", "/v1/agents/" + id).body, R"({"deleted":")" + id + "\"}");
    EXPECT_EQ(client_.send("DELETE", "/v1/agents/" + id).status, 404U);
    EXPECT_EQ(get("/v1/agents", "/total"), "0");
}

TEST_F(SimulatorTest, GoneRoutes_Are404WithEmptyBody) {
    const std::string task = create("teams/t/tasks", object("subject", "s"));
    const Answer docker = client_.send("POST", "/v1/agents/docker", object("name", "a"));
    EXPECT_EQ(docker.status, 404U);
    EXPECT_EQ(docker.body, "");
    const Answer deletion = client_.send("DELETE", "/v1/teams/t/tasks/" + task);
    EXPECT_EQ(deletion.status, 404U);
    EXPECT_EQ(deletion.body, "");
    EXPECT_EQ(get("/v1/tasks", "/total"), "1");
}

TEST_F(SimulatorTest, CreateAgent_BrokenRules_Are400) {
    const std::vector<std::string> bodies{object("name", ""),
                                          R"({"name":7})",
                                          object("name", std::string(257, 'n')),
                                          object("label", std::string(257, 'l')),
                                          object("program", std::string(1025, 'p')),
                                          object("taskDescription", std::string(4097, 'd')),
                                          "{",
                                          "{\"name\":\"\xff\"}",
                                          std::string(100'000, '[')};
    for (const std::string& body : bodies) {
        const Answer answer = client_.send("POST", "/v1/agents", body);
        EXPECT_EQ(answer.status, 400U) << body.substr(0, 40);
        EXPECT_NE(json_at(answer.body, "/error"), "");
    }
    EXPECT_EQ(get("/v1/agents", "/total"), "0");
}

TEST_F(SimulatorTest, CreateAgent_AtTheLimits_IsAccepted) {
    create("agents", object("name", std::string(256, 'n')));
    create("agents", object("program", std::string(1024, 'p')));
    create("agents", object("taskDescription", std::string(4096, 'd')));
}

TEST_F(SimulatorTest, Create_BodyIsNoObject_Is500WithEmptyBody) {
    for (const char* body : {"[]", "7", "null", "\"x\""}) {
        const Answer answer = client_.send("POST", "/v1/agents", body);
        EXPECT_EQ(answer.status, 500U) << body;
        EXPECT_EQ(answer.body, "");
    }
}

TEST_F(SimulatorTest, Create_BodyOverOneMebibyte_Is413) {
    HttpClient largest(simulator_.port());
    EXPECT_EQ(largest.send("POST", "/v1/agents", std::string(1024 * 1024, ' ')).status, 400U);
    HttpClient larger(simulator_.port());
    EXPECT_EQ(larger.send("POST", "/v1/agents", std::string(1024 * 1024 + 1, ' ')).status, 413U);
    HttpClient chunked(simulator_.port());
    chunked.send_raw("POST /v1/agents HTTP/1.1\r\nX-API-Key: test-key\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < 17; ++i)
        chunked.send_raw("10000\r\n" + std::string(0x10000, ' ') + "\r\n");
    chunked.send_raw("0\r\n\r\n");
    EXPECT_EQ(chunked.read_answer().status, 413U);
}

TEST_F(SimulatorTest, Team_UnknownMembersAndReplacement_AreKeptAsSent) {
    const std::string id = create("teams", R"({"name":"t","agentIds":["ghost"],"colour":"red"})");
    EXPECT_EQ(get("/v1/teams/" + id, "/team/agentIds"), R"(["ghost"])");
    EXPECT_EQ(get("/v1/teams/" + id, "/team/colour"), "");
    const Answer put = client_.send("PUT", "/v1/teams/" + id, R"({"agent_ids":["a","b"],"colour":"red"})");
    EXPECT_EQ(put.status, 200U);
    EXPECT_EQ(json_at(put.body, "/team/agentIds"), R"(["a","b"])");
    EXPECT_EQ(json_at(put.body, "/team/name"), R"("t")");
    EXPECT_EQ(json_at(put.body, "/team/colour"), "");
}

TEST_F(SimulatorTest, DeleteTeam_ItsTasks_Stay) {
    const std::string team = create("teams", object("name", "t"));
    create("teams/" + team + "/tasks", object("subject", "s"));
    EXPECT_EQ(client_.send("DELETE", "/v1/teams/" + team).status, 200U);
    EXPECT_EQ(get("/v1/tasks", "/total"), "1");
    EXPECT_EQ(get("/v1/teams/" + team + "/tasks", "/total"), "1");
    EXPECT_EQ(client_.send("GET", "/v1/teams/" + team).status, 404U);
}

TEST_F(SimulatorTest, CreateTask_TypesAndLengths_AreChecked) {
    EXPECT_EQ(client_.send("POST", "/v1/teams/t/tasks", object("type", "nonsense")).status, 400U);
    EXPECT_EQ(client_.send("POST", "/v1/teams/t/tasks", object("subject", std::string(513, 's'))).status,
              400U);
    EXPECT_EQ(client_.send("POST", "/v1/teams/t/tasks", object("description", std::string(4097, 'd'))).status,
              400U);
    EXPECT_EQ(client_.send("POST", "/v1/teams/t/tasks", R"({"subject":"s","type":"hello"})").status, 201U);
}

TEST_F(SimulatorTest, CreateTask_BlockedByOpenTask_IsDispatchedAndCounted) {
    const std::string first = create("teams/t/tasks", object("subject", "first"));
    create("teams/t/tasks", R"({"subject":"early","blockedBy":[")" + first + "\"]}");
    EXPECT_EQ(get("/admin/stats", "/dispatched_early"), "1");
    client_.send("POST", "/admin/tasks/complete", object("subject", "first"));
    create("teams/t/tasks", R"({"subject":"late","blockedBy":[")" + first + "\"]}");
    EXPECT_EQ(get("/admin/stats", "/dispatched_early"), "1");
}

TEST_F(SimulatorTest, UpdateTask_Completed_MergesAndSetsTheTime) {
    const std::string task = "/v1/teams/t/tasks/" + create("teams/t/tasks", object("subject", "s"));
    EXPECT_EQ(get(task, "/task/status"), R"("pending")");
    EXPECT_EQ(get(task, "/task/completedAt"), "null");
    EXPECT_EQ(client_.send("PATCH", task, object("status", "strange")).status, 400U);
    const Answer put = client_.send("PUT", task, R"({"status":"completed","teamId":"other","note":"n"})");
    EXPECT_EQ(put.status, 200U);
    EXPECT_EQ(json_at(put.body, "/task/teamId"), R"("t")");
    EXPECT_EQ(json_at(put.body, "/task/note"), R"("n")");
    EXPECT_THAT(json_at(put.body, "/task/completedAt"), HasSubstr("T"));
    EXPECT_EQ(client_.send("GET", "/v1/teams/other/" + task.substr(12)).status, 404U);
}

TEST(SimulatorConnectionTest, PostWithoutLength_Is400EmptyAfterTheWait) {
    SimulatorOptions options = without_limit();
    options.missing_length_wait = std::chrono::milliseconds(1);
    const Simulator simulator(options);
    HttpClient client(simulator.port());
    client.send_raw("POST /v1/agents/x/start HTTP/1.1\r\nHost: h\r\nX-API-Key: test-key\r\n\r\n");
    const Answer answer = client.read_answer();
    EXPECT_EQ(answer.status, 400U);
    EXPECT_EQ(answer.body, "");
    EXPECT_EQ(client.send("GET", "/v1/health").status, 0U) << "the connection should be closed";
}

TEST(SimulatorConnectionTest, KeepAliveUsedUp_ClosesUnannounced) {
    SimulatorOptions options = without_limit();
    options.keep_alive_requests = 2;
    const Simulator simulator(options);
    HttpClient client(simulator.port());
    EXPECT_EQ(client.send("GET", "/v1/health").status, 200U);
    EXPECT_EQ(client.send("GET", "/v1/health").connection, "");
    EXPECT_EQ(client.send("GET", "/v1/health").status, 0U) << "the connection should be closed";
}

TEST(SimulatorConnectionTest, NagleOn_AnswersAllTheSame) {
    SimulatorOptions options = without_limit();
    options.tcp_no_delay = false;
    const Simulator simulator(options);
    HttpClient client(simulator.port());
    EXPECT_EQ(client.send("GET", "/v1/health").body, R"({"status":"ok"})");
}

TEST(SimulatorConnectionTest, Destroyed_PortIsFreeForASuccessorWithoutMemory) {
    SimulatorOptions options = without_limit();
    {
        const Simulator simulator(options);
        options.port = simulator.port();
        HttpClient client(simulator.port());
        EXPECT_EQ(client.send("POST", "/v1/agents", object("name", "a")).status, 201U);
    }
    const Simulator successor(options);
    HttpClient client(successor.port());
    EXPECT_EQ(json_at(client.send("GET", "/v1/agents").body, "/total"), "0");
}

TEST(SimulatorConnectionTest, NotHttp_IsRefusedAndTheServerGoesOn) {
    const Simulator simulator(without_limit());
    HttpClient nonsense(simulator.port());
    nonsense.send_raw("nonsense\r\n\r\n");
    EXPECT_GE(nonsense.read_answer().status, 400U);
    HttpClient client(simulator.port());
    EXPECT_EQ(client.send("GET", "/v1/health").status, 200U);
}

}  // namespace
}  // namespace tlm::simulator
