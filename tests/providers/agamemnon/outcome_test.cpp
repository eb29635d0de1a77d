#include "providers/agamemnon/outcome.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tlm::agamemnon {
namespace {

using testing::HasSubstr;

Call create() {
    return {{1}, "run", Kind::agent, CreateCall{"tlm-x", {}, {}}};
}
Call start() {
    return {{2}, "run", Kind::agent, StartCall{{"id"}}};
}
Call remove() {
    return {{3}, "run", Kind::agent, DeleteCall{{"id"}}};
}

Response answer(int status, std::string body = {}) {
    Response response;
    response.status = status;
    response.body = std::move(body);
    return response;
}

CallOutcome outcome_of(const Call& call, const Response& response, std::int64_t now) {
    return outcome_of(call, response, now, Redactor(Secret()));
}
std::string words_of(const Response& response, const std::string& key = {}) {
    return words_of(response, Redactor(Secret(key)));
}

template <typename T>
bool is(const CallOutcome& outcome) {
    return std::holds_alternative<T>(outcome);
}

TEST(AgamemnonOutcome, EveryAnswerHasItsPlaceInTheClosedSet) {
    const std::string made = R"({"id":"i","agent":{"id":"i","name":"tlm-x"}})";
    EXPECT_TRUE(is<CallDone>(outcome_of(create(), answer(201, made), 0)));
    EXPECT_EQ(std::get<CallDone>(outcome_of(create(), answer(201, made), 0)).resource->id.text(), "i");
    EXPECT_TRUE(is<CallUnknown>(outcome_of(create(), answer(201, "{}"), 0)));
    EXPECT_TRUE(is<CallUnknown>(outcome_of(create(), answer(201, "<html>"), 0)));
    EXPECT_TRUE(
        is<CallUnknown>(outcome_of(create(), answer(201, R"({"agent":{"id":"i","name":"other"}})"), 0)));
    EXPECT_TRUE(is<CallDone>(outcome_of(start(), answer(200, R"({"status":"online","id":"id"})"), 0)));
    EXPECT_TRUE(is<CallDone>(outcome_of(remove(), answer(204), 0)));
    EXPECT_TRUE(is<CallAlreadySo>(outcome_of(start(), answer(409, R"({"error":"conflict"})"), 0)));
    EXPECT_TRUE(is<CallAlreadySo>(outcome_of(start(), answer(400, R"({"detail":"Already RUNNING"})"), 0)));
    EXPECT_TRUE(is<CallRefused>(outcome_of(start(), answer(400, R"({"error":"no"})"), 0)));
    EXPECT_TRUE(is<CallRefused>(outcome_of(create(), answer(400, R"({"error":"running out"})"), 0)));
    EXPECT_TRUE(is<CallNotNow>(outcome_of(create(), answer(429), 0)));
    EXPECT_TRUE(is<CallNotNow>(outcome_of(create(), answer(503), 0)));
    for (const int status : {500, 502, 504, 599, 302, 408}) {
        EXPECT_TRUE(is<CallUnknown>(outcome_of(create(), answer(status), 0))) << status;
    }
    EXPECT_TRUE(is<CallDenied>(outcome_of(create(), answer(401), 0)));
    EXPECT_TRUE(is<CallDenied>(outcome_of(create(), answer(403), 0)));
    const std::string gone = R"({"error":"agent not found"})";
    EXPECT_TRUE(is<CallGone>(outcome_of(remove(), answer(404, gone), 0)));
    EXPECT_TRUE(is<CallRefused>(outcome_of(create(), answer(404, R"({"detail":"Not Found"})"), 0)));
    for (const char* page :
         {"", "<html>404</html>", "default backend - 404", "{}", "[]", R"({"status":404})"}) {
        EXPECT_TRUE(is<CallUnknown>(outcome_of(remove(), answer(404, page), 0))) << page;
        EXPECT_TRUE(is<CallUnknown>(outcome_of(start(), answer(404, page), 0))) << page;
        EXPECT_TRUE(is<CallUnknown>(outcome_of(create(), answer(404, page), 0))) << page;
    }
    EXPECT_TRUE(is<CallRefused>(outcome_of(create(), answer(413), 0)));
}

TEST(AgamemnonOutcome, TransportDecidesBeforeTheStatus) {
    Response response = answer(200);
    response.transport = Transport::not_sent;
    EXPECT_TRUE(is<CallNotSent>(outcome_of(create(), response, 0)));
    response.transport = Transport::uncertain;
    EXPECT_TRUE(is<CallUnknown>(outcome_of(create(), response, 0)));
}

TEST(AgamemnonWords, AreTheServersOwnAndBounded) {
    EXPECT_EQ(words_of(answer(400, R"({"error":"name too long"})")), "name too long");
    EXPECT_EQ(words_of(answer(400, R"({"detail":[{"msg":"x"}]})")), R"([{"msg":"x"}])");
    EXPECT_EQ(words_of(answer(400, "plain")), "plain");
    EXPECT_EQ(words_of(answer(400, R"({"error":"\udc00"})")), R"({"error":"\udc00"})");
    EXPECT_THAT(words_of(answer(400)), HasSubstr("no explanation"));
    EXPECT_LE(words_of(answer(400, std::string(100'000, 'x'))).size(), 510U);
}

TEST(AgamemnonWords, HoldTheKeyInNoForm) {
    const std::string key = R"(k"\/<&>%+'y)";
    for (const std::string body :
         {R"({"error":"got Bearer k\"\\/<&>%+'y"})", R"({"error":"got k\"\\\/\u003c\u0026\u003e%+'y"})",
          R"({"detail":{"headers":["Bearer k\"\\/<&>%+'y"]}})", R"(raw k"\/<&>%+'y)",
          R"(<p>k&quot;\/&lt;&amp;&gt;%+&#39;y</p>)", R"(/login?key=k%22%5C%2F%3C%26%3E%25%2B%27y)"}) {
        EXPECT_THAT(words_of(answer(400, body), key), HasSubstr("[AGAMEMNON_API_KEY]")) << body;
    }
    Response redirect = answer(302);
    redirect.location = "http://elsewhere/?k=" + key;
    EXPECT_THAT(words_of(redirect, key), testing::Not(HasSubstr(key)));
}

TEST(AgamemnonWords, KeyAcrossTheCut_LeavesNoPartOfIt) {
    for (std::size_t before = 470; before < 510; ++before) {
        const std::string words =
            words_of(answer(500, std::string(before, '.') + "sesame-open"), "sesame-open");
        EXPECT_THAT(words, testing::Not(HasSubstr("s"))) << before;
    }
}

TEST(AgamemnonWords, HoldNothingThatATerminalObeys) {
    EXPECT_EQ(words_of(answer(400, "{\"error\":\"a\\u001b[31mb\\u202ec\\u0000\"}")),
              "a\\x1b[31mb\\u202ec\\x00");
    EXPECT_EQ(words_of(answer(400, "\xff\x9b")), "\\xff\\x9b");
}

TEST(AgamemnonRetryAfter, TakesSecondsDatesAndTheBody) {
    using std::chrono::seconds;
    const auto after = [](std::string header, std::string body, std::int64_t now) {
        Response response = answer(429, std::move(body));
        response.retry_after = std::move(header);
        return retry_after(response, now);
    };
    EXPECT_EQ(after("7", "", 0), seconds(7));
    EXPECT_EQ(after("Thu, 01 Jan 1970 00:01:00 GMT", "", 20), seconds(40));
    EXPECT_EQ(after("Thu, 01 Jan 1970 00:01:00 GMT", "", 90), seconds(0));
    EXPECT_EQ(after("", R"({"retry_after_seconds":3})", 0), seconds(3));
    EXPECT_EQ(after("soon", "", 0), std::nullopt);
    EXPECT_EQ(after("-5", "", 0), std::nullopt);
    EXPECT_EQ(after("999999999", "", 0), seconds(3600));
}

TEST(AgamemnonRetryAfter, DateIsOfTheServersClock) {
    Response response = answer(429);
    response.retry_after = "Thu, 01 Jan 1970 01:00:30 GMT";
    response.date = "Thu, 01 Jan 1970 01:00:00 GMT";
    // Ours an hour behind, right, and an hour ahead.
    for (const std::int64_t now : {0, 3600, 7200})
        EXPECT_EQ(retry_after(response, now), std::chrono::seconds(30)) << now;
    response.date = "yesterday";
    EXPECT_EQ(retry_after(response, 3620), std::chrono::seconds(10));
}

TEST(AgamemnonOutcome, AnswerAboutAnotherResource_IsUnknown) {
    const Call update{{3}, "run", Kind::agent, UpdateCall{{"id"}, {}, {}}};
    EXPECT_TRUE(is<CallDone>(outcome_of(update, answer(200, R"({"agent":{"id":"id","name":"n"}})"), 0)));
    EXPECT_TRUE(
        is<CallUnknown>(outcome_of(update, answer(200, R"({"agent":{"id":"other","name":"n"}})"), 0)));
    const Call rename{{4}, "run", Kind::agent, RenameCall{{"id"}, "n"}};
    EXPECT_TRUE(is<CallDone>(outcome_of(rename, answer(200, R"({"agent":{"id":"id","name":"n"}})"), 0)));
    EXPECT_TRUE(is<CallUnknown>(outcome_of(rename, answer(200, R"({"agent":{"id":"id","name":"m"}})"), 0)));
}

TEST(AgamemnonWords, DeeplyNestedDetail_IsCutAndDoesNotExhaustTheStack) {
    const std::string deep(1'000'000, '[');
    const std::string words =
        words_of(answer(422, R"({"detail":)" + deep + std::string(deep.size(), ']') + "}"));
    EXPECT_THAT(words, testing::StartsWith("{\"detail\":[[["));
    EXPECT_LE(words.size(), 510U);
}

}  // namespace
}  // namespace tlm::agamemnon
