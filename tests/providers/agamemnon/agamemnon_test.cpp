// The provider against a simulated server, over real sockets.

#include "providers/agamemnon/agamemnon.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidjson/document.h>

#include "tests/simulator/simulator.h"
#include "tests/support/find_one.h"
#include "tests/support/http.h"

namespace tlm {
namespace {

using testing::HasSubstr;

SimulatorOptions quick() {
    SimulatorOptions options;
    options.rate = 0;
    options.missing_length_wait = std::chrono::milliseconds(60'000);
    return options;
}

class AgamemnonServer : public testing::Test {
  protected:
    explicit AgamemnonServer(SimulatorOptions options = quick()) : server(std::move(options)) {}

    std::unique_ptr<Agamemnon> open(std::chrono::milliseconds timeout = std::chrono::seconds(30),
                                    const std::string& key = "test-key") const {
        AgamemnonOptions options;
        options.url = server.url();
        options.api_key = Secret(key);
        options.user_agent = "tlm/test";
        options.timeout = timeout;
        return Agamemnon::open(std::move(options)).value();
    }
    void admin(const std::string& route, const std::string& body) const {
        const auto answer = test::http("POST", server.url() + "/admin" + route, body);
        ASSERT_LT(answer.status, 300) << answer.body;
    }
    void fault(const std::string& method, const std::string& path, const std::string& kind,
               int times = 1) const {
        admin("/faults", fmt::format(R"({{"method":"{}","path":"{}","times":{},"skip":0,"fault":{}}})",
                                     method, path, times, kind));
    }
    int stat(const std::string& pointer) const {
        rapidjson::Document document;
        document.Parse(test::http("GET", server.url() + "/admin/stats").body);
        const rapidjson::Value* at = &document;
        for (std::size_t from = 0; from < pointer.size();) {
            const std::size_t to = std::min(pointer.find('|', from), pointer.size());
            const auto member = at->FindMember(pointer.substr(from, to - from).c_str());
            if (member == at->MemberEnd()) return 0;
            at = &member->value;
            from = to + 1;
        }
        return at->GetInt();
    }
    static Call create(int id, const std::string& name) {
        Call call{{id}, "run", Kind::agent, CreateCall{name, {}, {}}};
        std::get<CreateCall>(call.what).attributes.set(Attribute::label, name);
        return call;
    }
    static CallOutcome one(Agamemnon& agamemnon, Call call) {
        agamemnon.submit(std::move(call));
        auto ended = agamemnon.wait(kForever);
        EXPECT_EQ(ended.size(), 1U);
        return ended[0].outcome;
    }

    Simulator server;
};

TEST_F(AgamemnonServer, ReadFleet_MoreThanOnePage_IsWhole) {
    std::string items;
    for (int i = 0; i < 2500; ++i)
        items += fmt::format(R"({}{{"name":"agent-{}"}})", i == 0 ? "" : ",", i);
    admin("/agents", fmt::format(R"({{"items":[{}]}})", items));
    const auto agamemnon = open();
    const Snapshot snapshot = agamemnon->read_fleet().value();
    EXPECT_EQ(snapshot.resources.size(), 2500U);
    EXPECT_TRUE(snapshot.consistent);
    EXPECT_EQ(stat("by_route|GET /v1/agents"), 3);
}

TEST_F(AgamemnonServer, Calls_CreatePatchStartStopDelete_DoWhatTheySay) {
    const auto agamemnon = open();
    const auto made = std::get<CallDone>(one(*agamemnon, create(1, "a"))).resource.value();
    EXPECT_EQ(made.attributes.text(Attribute::status), "offline");
    UpdateCall update{made.id, {}, {}};
    update.attributes.set(Attribute::docker_image, std::string("img"));
    const auto patched =
        std::get<CallDone>(one(*agamemnon, {{2}, "run", Kind::agent, update})).resource.value();
    EXPECT_EQ(patched.attributes.text(Attribute::docker_image), "img");
    const auto renamed =
        std::get<CallDone>(one(*agamemnon, {{9}, "run", Kind::agent, RenameCall{made.id, "b"}})).resource;
    EXPECT_EQ(renamed.value().name, "b");
    static_cast<void>(one(*agamemnon, {{10}, "run", Kind::agent, RenameCall{made.id, "a"}}));
    EXPECT_TRUE(
        std::holds_alternative<CallDone>(one(*agamemnon, {{3}, "run", Kind::agent, StartCall{made.id}})));
    EXPECT_EQ(find_one(*agamemnon, Kind::agent, "a", {}).at(0).attributes.text(Attribute::status), "online");
    EXPECT_TRUE(
        std::holds_alternative<CallDone>(one(*agamemnon, {{4}, "run", Kind::agent, StopCall{made.id}})));
    EXPECT_TRUE(
        std::holds_alternative<CallDone>(one(*agamemnon, {{5}, "run", Kind::agent, DeleteCall{made.id}})));
    EXPECT_TRUE(
        std::holds_alternative<CallGone>(one(*agamemnon, {{6}, "run", Kind::agent, DeleteCall{made.id}})));
    EXPECT_TRUE(find_one(*agamemnon, Kind::agent, "a", {}).empty());
}

TEST_F(AgamemnonServer, Find_SeveralCarriersOfAName_GivesAll) {
    admin("/agents", R"({"items":[{"name":"a"},{"name":"a"},{"name":"b"}]})");
    admin("/teams", R"({"items":[{"name":"a","agentIds":[]}]})");
    const auto agamemnon = open();
    EXPECT_EQ(find_one(*agamemnon, Kind::agent, "a", {}).size(), 2U);
    EXPECT_EQ(find_one(*agamemnon, Kind::team, "a", {}).size(), 1U);
    EXPECT_TRUE(find_one(*agamemnon, Kind::team, "c", {}).empty());
}

TEST_F(AgamemnonServer, IdsThatAreNoPathSegment_NeverFormAPath) {
    const auto agamemnon = open();
    for (const char* id : {"", ".", ".."}) {
        EXPECT_TRUE(
            std::holds_alternative<CallRefused>(one(*agamemnon, {{1}, "run", Kind::agent, DeleteCall{{id}}})))
            << id;
    }
    // One segment of the path, of which the server knows nothing.
    EXPECT_TRUE(std::holds_alternative<CallUnknown>(
        one(*agamemnon, {{2}, "run", Kind::agent, DeleteCall{{"../teams/x y"}}})));
    EXPECT_EQ(stat("requests"), 1);
}

TEST_F(AgamemnonServer, Create_ConnectionDiesBeforeTheAnswer_IsUnknownAndWasSentOnce) {
    const auto agamemnon = open();
    // A first request, so that the create goes over a connection that is kept alive: there libcurl would
    // repeat it.
    ASSERT_TRUE(agamemnon->read_fleet().has_value());
    fault("POST", "/v1/agents", R"({"kind":"drop_after"})");
    const CallOutcome outcome = one(*agamemnon, create(1, "a"));
    EXPECT_TRUE(std::holds_alternative<CallUnknown>(outcome));
    EXPECT_EQ(stat("by_route|POST /v1/agents"), 1);
    EXPECT_EQ(stat("agents"), 1);
}

TEST_F(AgamemnonServer, Create_NeverAnswered_IsUnknownWithinTheTimeout) {
    fault("POST", "/v1/agents", R"({"kind":"hang"})");
    const auto agamemnon = open(std::chrono::milliseconds(100));
    EXPECT_TRUE(std::holds_alternative<CallUnknown>(one(*agamemnon, create(1, "a"))));
}

TEST_F(AgamemnonServer, Create_AnswerCutInTheMiddle_IsUnknown) {
    fault("POST", "/v1/agents", R"({"kind":"truncate"})");
    const auto agamemnon = open();
    EXPECT_TRUE(std::holds_alternative<CallUnknown>(one(*agamemnon, create(1, "a"))));
}

TEST_F(AgamemnonServer, ManyCalls_OverConnectionsThatTheServerCloses_AllEndAndNoneTwice) {
    const auto agamemnon = open();
    int done = 0;
    int unknown = 0;
    std::size_t in_flight = 0;
    for (int i = 0; i < 1000 || in_flight > 0;) {
        while (i < 1000 && in_flight < 16) {
            agamemnon->submit(create(i, fmt::format("agent-{}", i)));
            ++i;
            ++in_flight;
        }
        for (const Completion& completion : agamemnon->wait(kForever)) {
            --in_flight;
            done += std::holds_alternative<CallDone>(completion.outcome) ? 1 : 0;
            unknown += std::holds_alternative<CallUnknown>(completion.outcome) ? 1 : 0;
        }
    }
    // A connection may close just as a request is sent on it; the engine looks such a create up.
    EXPECT_EQ(done + unknown, 1000);
    EXPECT_GE(stat("agents"), done);
    EXPECT_EQ(stat("duplicates|agents"), 0);
}

TEST_F(AgamemnonServer, ReadFleet_ThrottledAndFailingAtFirst_IsReadInTheEnd) {
    fault("GET", "/v1/agents", R"({"kind":"status","status":503,"body":"","headers":{"Retry-After":"0"}})");
    fault("GET", "/v1/teams", R"({"kind":"drop"})");
    fault("GET", "/v1/tasks", R"({"kind":"status","status":502,"body":"bad gateway"})");
    const auto agamemnon = open();
    EXPECT_TRUE(agamemnon->read_fleet().has_value());
}

TEST_F(AgamemnonServer, ReadFleet_AnswersOfAWrongShape_AreAnErrorThatNamesTheServer) {
    for (const char* body :
         {"", "[]", "{}", "{\\\"agents\\\":5}", "{\\\"agents\\\":[{}],\\\"total\\\":1}", "\\u0000"}) {
        fault("GET", "/v1/agents*", fmt::format(R"({{"kind":"body","status":200,"body":"{}"}})", body));
        const auto agamemnon = open();
        const auto result = agamemnon->read_fleet();
        ASSERT_FALSE(result.has_value()) << body;
        EXPECT_EQ(result.error().code, ErrorCode::unreachable);
        EXPECT_THAT(result.error().where, HasSubstr(server.url() + "/v1/agents"));
    }
}

TEST_F(AgamemnonServer, Redirect_IsNotFollowedAndTheKeyStaysHere) {
    const Simulator elsewhere(quick());
    const std::string redirect =
        fmt::format(R"({{"kind":"status","status":302,"body":"","headers":{{"Location":"{}/v1/agents"}}}})",
                    elsewhere.url());
    fault("POST", "/v1/agents", redirect);
    fault("GET", "/v1/agents*", redirect);
    const auto agamemnon = open();
    const CallOutcome outcome = one(*agamemnon, create(1, "a"));
    ASSERT_TRUE(std::holds_alternative<CallUnknown>(outcome));
    EXPECT_THAT(std::get<CallUnknown>(outcome).reason, HasSubstr(elsewhere.url()));
    EXPECT_FALSE(agamemnon->read_fleet().has_value());
    const auto requests = test::http("GET", elsewhere.url() + "/admin/requests");
    EXPECT_EQ(requests.body, R"({"requests":[]})");
}

TEST_F(AgamemnonServer, WrongKey_IsDeniedAndNeverShown) {
    const auto agamemnon = open(std::chrono::seconds(30), "not-the-key");
    const auto result = agamemnon->read_fleet();
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().code, ErrorCode::denied);
    EXPECT_THAT(result.error().message, testing::Not(HasSubstr("not-the-key")));
    EXPECT_TRUE(std::holds_alternative<CallDenied>(one(*agamemnon, create(1, "a"))));
}

TEST(AgamemnonDown, Create_ConnectionRefused_IsNotSent) {
    AgamemnonOptions options;
    {
        const Simulator server(quick());
        options.url = server.url();
    }
    const auto agamemnon = Agamemnon::open(std::move(options)).value();
    agamemnon->submit({{1}, "run", Kind::agent, CreateCall{"a", {}, {}}});
    EXPECT_TRUE(std::holds_alternative<CallNotSent>(agamemnon->wait(kForever).at(0).outcome));
}

}  // namespace
}  // namespace tlm
