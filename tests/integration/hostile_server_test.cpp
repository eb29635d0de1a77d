// The real program against servers that are broken, or mean harm: whatever they answer, it ends, takes little
// memory, says which server and what is wrong with it, and neither makes nor binds anything.

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <atomic>
#include <mutex>

#include "engine/base/text.h"
#include "engine/resource/key.h"
#include "tests/integration/fixture.h"
#include "tests/support/raw_server.h"

namespace tlm::test {
namespace {

using std::chrono::milliseconds;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr int kUnreachable = 9;

constexpr long kMostMemory = 600L * 1024;  // KiB; tens of megabytes are needed for what is not refused

std::string first_line(const std::string& request) {
    return request.substr(0, request.find("\r\n"));
}
bool asks_for(const std::string& request, const std::string& start) {
    return request.starts_with(start);
}

const char* empty_list(const std::string& request) {
    if (asks_for(request, "GET /v1/agents")) return R"({"agents":[],"total":0})";
    if (asks_for(request, "GET /v1/teams")) return R"({"teams":[],"total":0})";
    return R"({"tasks":[],"total":0})";
}

// A server whose list of agents is this body, and whose other lists are empty.
RawServer::Serve with_agents(std::string body, std::string headers = {}) {
    return RawServer::answering(
        [body = std::move(body), headers = std::move(headers)](const std::string& request) {
            if (asks_for(request, "GET /v1/agents?")) return http_answer(body, 200, headers);
            return http_answer(empty_list(request));
        });
}

// A server that answers every request with these bytes and closes the connection.
RawServer::Serve with_bytes(std::string bytes) {
    return [bytes = std::move(bytes)](RawConnection& connection) {
        if (!connection.read_request().empty()) static_cast<void>(connection.send(bytes));
    };
}

// A server that begins every answer like this and then repeats a part until the client has enough.
RawServer::Serve without_end(std::string begin, std::string part, milliseconds pause = milliseconds(0)) {
    return [=](RawConnection& connection) {
        if (connection.read_request().empty() || !connection.send(begin)) return;
        while (connection.send(part) && (pause.count() == 0 || connection.pause(pause))) {
        }
    };
}

// Nothing that a terminal obeys but line ends, in bytes and in characters.
void expect_plain(const std::string& text) {
    std::string lines = text;
    std::erase(lines, '\n');
    EXPECT_EQ(visible(lines), lines);
}

class Hostile : public testing::Test {
  protected:
    Hostile() {
        project.environment["AGAMEMNON_API_KEY"] = kKey;
        project.write("workflows/pair.yaml", kPair);
    }
    Finished run(const RawServer& server, const std::vector<std::string>& arguments) {
        project.environment["AGAMEMNON_URL"] = server.url();
        Finished finished = project.tlm(arguments);
        expect_plain(finished.out + finished.err);
        if (!tested_program_is_sanitized()) {  // sanitizers keep much more than the program does
            EXPECT_LT(finished.peak_kib, kMostMemory);
        }
        return finished;
    }
    // An apply, which begins as a plan does, gets nowhere and says why.
    void expect_unusable(const RawServer::Serve& serve, const std::string& why, const std::string& what) {
        const RawServer server(serve);
        const Finished finished = run(server, {"apply", "--yes"});
        EXPECT_EQ(finished.exit_code, kUnreachable) << what << "\n" << finished.out << finished.err;
        EXPECT_THAT(finished.err, AllOf(HasSubstr("error: " + server.url()), HasSubstr(why))) << what;
        expect_nothing_bound();
    }
    void expect_nothing_bound() { EXPECT_EQ(project.tlm({"state", "list", "--format", "json"}).out, "[]\n"); }

    Project project;
};

TEST_F(Hostile, ListOfAnotherShape_IsRefusedAndSaysWhatIsWrong) {
    const std::vector<std::pair<std::string, std::string>> pages = {
        {"", "can't be used"},
        {"[]", "no list `agents`"},
        {"null", "no list `agents`"},
        {"\"agents\"", "no list `agents`"},
        {"{}", "no list `agents`"},
        {R"({"agents":null})", "no list `agents`"},
        {R"({"agents":{"id":"a","name":"b"}})", "no list `agents`"},
        {R"({"x":{"agents":[]}})", "no list `agents`"},
        {R"({"agents":[17]})", "item 1: an agent is not an object"},
        {R"({"agents":[[]]})", "item 1: an agent is not an object"},
        {R"({"agents":[{}]})", "item 1: an agent has no id"},
        {R"({"agents":[{"id":"a","name":"b"},{"name":"b"}]})", "item 2: an agent has no id"},
        {R"({"agents":[{"id":17,"name":"b"}]})", "has no id"},
        {R"({"agents":[{"id":"","name":"b"}]})", "has no id"},
        {R"({"agents":[{"id":"a"}]})", "has no name"},
        {R"({"agents":[{"id":"a","name":["b"]}]})", "has no name"},
        {R"({"agents":[{"id":")" + std::string(2000, 'x') + R"(","name":"b"}]})", "an id that is longer"},
        {R"({"agents":[{"id":"a","name":"b")", "can't be used"},
        {"{\"agents\":[{\"id\":\"a\",\"name\":\"\xff\xfe\"}]}", "can't be used"},
        {std::string("{\"agents\":[]}\0{}", 16), "NUL character"},
        {R"({"agents":[],"total":18446744073709551615})", "18446744073709551615 items"},
        {R"({"agents":[],"total":5})", "an empty page of a list of 5"},
        {std::string(1'000'000, '['), "no list `agents`"},
        {R"({"agents":)" + std::string(1'000'000, '['), "nested deeper"},
        {R"({"agents":[{"id":)" + std::string(1'000'000, '['), "nested deeper"},
    };
    for (const auto& [page, why] : pages)
        expect_unusable(with_agents(page), why, page.substr(0, 100));
}

TEST_F(Hostile, AnswerThatIsNoHttp_IsRefusedAndNamesTheServer) {
    const std::string ok = "HTTP/1.1 200 OK\r\n";
    const std::vector<std::pair<std::string, std::string>> answers = {
        {"", "Empty reply"},
        {"<html>HTTP/0.9</html>", "not HTTP"},
        {std::string("\x15\x03\x01\x00\x02\x02\x46", 7), "not HTTP"},
        {std::string(100'000, '\xff'), "not HTTP"},
        {"HTTP/1.1 two hundred\r\n\r\n", ""},
        {"HTTP/7.3 200 OK\r\nContent-Length: 2\r\n\r\n{}", ""},
        {ok, ""},
        {ok + "Content-Length: 1000\r\n\r\n{\"agents\":[]}", ""},
        {ok + "Content-Length: -5\r\n\r\n{}", ""},
        {ok + "Content-Length: 99999999999999999999999\r\n\r\n{}", ""},
        {ok + "Content-Length: 2\r\n\r\n{\"agents\":[],\"total\":0}", ""},
        {ok + "Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n", ""},
        {ok + "Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n{}\r\n", ""},
        {ok + "Content-Encoding: gzip\r\nContent-Length: 9\r\n\r\nnot gzip!", ""},
        {ok + "Content-Encoding: gzip, gzip, gzip, gzip, gzip, gzip, gzip, gzip\r\nContent-Length: "
              "2\r\n\r\n{}",
         ""},
        {ok + "X-Long: " + std::string(5'000'000, 'x') + "\r\n\r\n{}", ""},
        {"HTTP/1.1 204 No Content\r\n\r\n", ""},
    };
    for (const auto& [answer, why] : answers)
        expect_unusable(with_bytes(answer), why, answer.substr(0, 100));
}

TEST_F(Hostile, ConnectionClosedAtOnce_IsTriedAFewTimesAndNamed) {
    std::atomic<int> times = 0;
    const RawServer server([&](RawConnection&) { ++times; });
    const Finished finished = run(server, {"plan"});
    EXPECT_EQ(finished.exit_code, kUnreachable) << finished.err;
    EXPECT_THAT(finished.err, HasSubstr(server.url()));
    EXPECT_LE(times, 3 * 5 * 2);  // libcurl may begin each try anew once
}

TEST_F(Hostile, BodyWithoutEnd_IsGivenUpAtASizeThatNoPageHas) {
    const std::string text(1'000'000, ' ');
    expect_unusable(without_end("HTTP/1.1 200 OK\r\n\r\n", text), "larger than",
                    "until the connection closes");
    expect_unusable(without_end("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
                                fmt::format("{:x}\r\n{}\r\n", text.size(), text)),
                    "larger than", "in chunks");
    expect_unusable(without_end("HTTP/1.1 500 Sorry\r\n\r\n", text), "larger than", "of an error");
}

TEST_F(Hostile, HeadWithoutEnd_IsGivenUpAtASizeThatNoHeadHas) {
    expect_unusable(without_end("HTTP/1.1 200 OK\r\n", "X-More: and more\r\n"), "head of the answer",
                    "headers");
    expect_unusable(without_end("", "HTTP/1.1 100 Continue\r\n\r\n"), "head of the answer",
                    "interim answers");
    expect_unusable(without_end("", "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"), "head of the answer",
                    "early hints");
    expect_unusable(
        without_end("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", "X-More: trailer\r\n"), "",
        "trailers");
}

TEST_F(Hostile, BytesThatTrickle_EndWithTheTimeOut) {
    project.environment["AGAMEMNON_TIMEOUT"] = "0.1";
    const milliseconds slow(20);
    expect_unusable(without_end("HTTP/1.1 200 O", "K", slow), "timed out", "a status");
    expect_unusable(without_end("HTTP/1.1 200 OK\r\n", "X", slow), "timed out", "a header");
    expect_unusable(without_end("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", "{", slow), "timed out",
                    "a body");
    expect_unusable([](RawConnection& connection) { connection.wait_until_client_leaves(); }, "timed out",
                    "silence");
}

// gzip of as many blanks as one likes, about 160 times smaller than they are.
std::string bomb(std::size_t size) {
    std::string text("\x1f\x8b\x08\0\0\0\0\0\0\x03", 10);
    unsigned bits = 0;
    int count = 0;
    const auto put = [&](unsigned bit) {
        bits |= bit << static_cast<unsigned>(count);
        if (++count < 8) return;
        text += static_cast<char>(bits);
        bits = 0;
        count = 0;
    };
    const auto code = [&](std::string_view digits) {
        for (const char digit : digits)
            put(digit == '1' ? 1 : 0);
    };
    code("010");       // a block, not the last one, with the fixed codes
    code("01010000");  // a blank
    while (text.size() < size)
        code("1100010100000");  // 258 times what was a byte before
    return text;
}

TEST_F(Hostile, GzipBomb_IsGivenUpByWhatItUnpacksTo) {
    const std::string packed = bomb(3'000'000);
    expect_unusable(with_agents(packed, "Content-Encoding: gzip\r\n"), "larger than 64 MiB",
                    "with its length");
    expect_unusable(with_bytes("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + packed), "larger than",
                    "on every list");
}

TEST_F(Hostile, PageOfAMillionItems_IsRefused) {
    std::string page = R"({"agents":[)";
    for (int i = 0; i < 1'000'000; ++i)
        page += fmt::format(R"({}{{"id":"{}","name":"n"}})", i == 0 ? "" : ",", i);
    expect_unusable(with_agents(page + "]}"), "more than 100000 items", "a million agents");
}

TEST_F(Hostile, PageOfMillionsOfValues_IsRefusedBeforeItFillsTheMemory) {
    std::string inner;
    while (inner.size() < 30'000'000)
        inner += "[],{},";
    expect_unusable(with_agents(R"({"agents":[)" + inner + "[]]}"), "not an object", "for items");
    expect_unusable(with_agents(R"({"agents":[{"id":"a","name":"b","x":[)" + inner + "0]}]}"), "values",
                    "in one item");
    std::string members = R"({"agents":[{"id":"a","name":"b")";
    while (members.size() < 30'000'000)
        members += R"(,"":{"":0})";
    expect_unusable(with_agents(members + "}]}"), "values", "as objects");
}

// A server with one agent that is ours and offline, under whatever id; it records what it is asked.
class OneAgent {
  public:
    explicit OneAgent(const std::string& id_json)
        : server_(RawServer::answering([this, id_json](const std::string& request) {
              {
                  const std::lock_guard lock(mutex_);
                  lines_.push_back(first_line(request));
              }
              if (asks_for(request, "GET /v1/agents"))
                  return http_answer(fmt::format(R"({{"agents":[{}],"total":1}})", agent(id_json)));
              if (asks_for(request, "GET ")) return http_answer(empty_list(request));
              return http_answer(R"({"status":"online"})");
          })) {}
    static std::string agent(const std::string& id_json) {
        return fmt::format(
            R"({{"id":{},"name":"{}","label":"solo","program":"none","workingDirectory":"/tmp",)"
            R"("taskDescription":"Telemachy-managed agent: solo","host":"local","status":"offline"}})",
            id_json, Key::derive("one", "solo").text());
    }
    [[nodiscard]] const RawServer& server() const { return server_; }
    // The first lines of the requests that are no GET.
    [[nodiscard]] std::vector<std::string> writes() {
        const std::lock_guard lock(mutex_);
        std::vector<std::string> result;
        for (const std::string& line : lines_) {
            if (!asks_for(line, "GET ")) result.push_back(line);
        }
        return result;
    }

  private:
    std::mutex mutex_;
    std::vector<std::string> lines_;
    RawServer server_;
};

constexpr const char* kOne = "metadata: {name: one}\nagents: [{name: solo, program: none}]\nteams: []\n";

TEST_F(Hostile, IdWithCharactersOfAPath_StaysOneSegmentOfIt) {
    project.write("workflows/pair.yaml", kOne);
    const std::vector<std::pair<std::string, std::string>> ids = {
        {"a/b", "a%2Fb"},
        {"../../admin", "..%2F..%2Fadmin"},
        {"/v1/teams", "%2Fv1%2Fteams"},
        {"a b", "a%20b"},
        {"a?x=1#y", "a%3Fx%3D1%23y"},
        {"%2e%2e", "%252e%252e"},
        {"..%2f", "..%252f"},
        {"a;b&c=d+e", "a%3Bb%26c%3Dd%2Be"},
        {"é", "%C3%A9"},
        {"\\\\host", "%5Chost"},
        {"http://elsewhere/", "http%3A%2F%2Felsewhere%2F"},
        {R"(a\r\nX-Evil: 1)", "a%0D%0AX-Evil%3A%201"},
        {R"(a\u0000b)", "a%00b"},
        {R"(a\u001b[31m)", "a%1B%5B31m"},
    };
    for (const auto& [id, segment] : ids) {
        OneAgent one('"' + id + '"');
        static_cast<void>(run(one.server(), {"apply", "--yes"}));
        EXPECT_THAT(one.writes(), testing::ElementsAre("POST /v1/agents/" + segment + "/start HTTP/1.1"))
            << id;
    }
}

TEST_F(Hostile, IdThatNoPathCanHold_FailsThatChangeAndSendsNothing) {
    project.write("workflows/pair.yaml", kOne);
    for (const char* id : {".", ".."}) {
        OneAgent one(fmt::format("\"{}\"", id));
        const Finished finished = run(one.server(), {"apply", "--yes"});
        EXPECT_EQ(finished.exit_code, 6) << finished.out << finished.err;
        EXPECT_THAT(finished.out, HasSubstr("which no path can hold"));
        EXPECT_THAT(one.writes(), testing::IsEmpty());
    }
}

// As JSON: escape sequences, C0 and C1 controls, DEL, bidirectional overrides, what nobody sees.
constexpr const char* kNasty =
    R"(\u001b[2J\u001b]0;title\u0007\u0000\r\b\u007f\u009b31m\u202egnp.exe\u2066\u200b\ufeff\u2028\udb40\udc41)";

TEST_F(Hostile, NamesThatATerminalObeys_AreNeverPrintedRaw) {
    const std::string agent = fmt::format(
        R"({{"id":"i{0}","name":"{1}","label":"l{0}","program":"p{0}","workingDirectory":"w{0}","status":"s{0}"}})",
        kNasty, Key::derive("pair", "architect").text());
    const std::string stranger = fmt::format(
        R"({{"id":"j{0}","name":"tlm-0123456789abcdef-{0}","label":"l{0}","createdAt":"c{0}"}})", kNasty);
    const std::string page = fmt::format(R"({{"agents":[{},{}],"total":2}})", agent, stranger);
    const RawServer server(RawServer::answering([&](const std::string& request) {
        if (asks_for(request, "GET /v1/agents")) return http_answer(page);
        if (asks_for(request, "GET /v1/teams"))
            return http_answer(
                fmt::format(R"({{"teams":[{{"id":"t{0}","name":"n{0}","agentIds":["{0}"]}}]}})", kNasty));
        if (asks_for(request, "GET "))
            return http_answer(
                fmt::format(R"({{"tasks":[{{"id":"k{0}","subject":"{0}","teamId":"{0}"}}]}})", kNasty));
        return http_answer(fmt::format(R"({{"error":"no {}"}})", kNasty), 422);
    }));
    for (const std::vector<std::string>& arguments :
         std::vector<std::vector<std::string>>{{"plan"},
                                               {"plan", "--format", "json"},
                                               {"plan", "--out", "p.json"},
                                               {"plan", "--prune"},
                                               {"drift"},
                                               {"drift", "--format", "json"},
                                               {"apply", "--yes"},
                                               {"apply", "p.json", "--yes"},
                                               {"apply", "--yes", "--force"},
                                               {"destroy", "--yes"},
                                               {"state", "list"},
                                               {"state", "list", "--format", "json"},
                                               {"graph"}}) {
        const Finished finished = run(server, arguments);
        EXPECT_LT(finished.exit_code, 10) << arguments[0] << finished.err;
        EXPECT_FALSE((finished.out + finished.err).empty()) << arguments[0];
    }
    expect_plain(project.read("p.json"));
    const std::string runs = project.tlm({"log"}).out;
    ASSERT_FALSE(runs.empty());
    for (std::size_t at = 0; at < runs.size(); at = runs.find('\n', at) + 1) {
        const std::string id = runs.substr(at, runs.find(' ', at) - at);
        expect_plain(project.tlm({"log", id}).out);
        expect_plain(project.tlm({"log", id, "--format", "json"}).out);
    }
}

TEST_F(Hostile, ErrorThatATerminalObeys_IsShownEscapedAndCut) {
    const std::string raw = "\x1b[2J\x9b\x07\xff" + std::string(100'000, 'x');
    for (const int status : {400, 401, 403, 404, 429, 500, 503}) {
        const std::string headers = status == 429 || status == 503 ? "Retry-After: 3600\r\n" : "";
        const RawServer server(
            RawServer::answering([&](const std::string&) { return http_answer(raw, status, headers); }));
        const Finished finished = run(server, {"plan"});
        EXPECT_EQ(finished.exit_code, kUnreachable) << status;
        EXPECT_THAT(finished.err, AllOf(HasSubstr(server.url()), HasSubstr("\\x1b[2J\\x9b\\x07\\xff")))
            << status;
        EXPECT_LT(finished.err.size(), 2000U) << status;
    }
}

TEST_F(Hostile, RedirectToAnotherHost_IsNotFollowedAndTheOtherHostHearsNothing) {
    for (const int status : {301, 302, 307, 308}) {
        const RawServer other(RawServer::answering([](const std::string&) { return http_answer("{}"); }));
        const RawServer server(RawServer::answering([&](const std::string& request) {
            const std::string to = fmt::format("Location: {}/v1/agents\r\n", other.url());
            return http_answer(R"({"error":"moved"})", asks_for(request, "GET /v1/") ? status : 200, to);
        }));
        const Finished finished = run(server, {"plan"});
        EXPECT_EQ(finished.exit_code, kUnreachable) << finished.err;
        EXPECT_THAT(finished.err, AllOf(HasSubstr(server.url()), HasSubstr("redirects to " + other.url()),
                                        HasSubstr("not follow"), HasSubstr("AGAMEMNON_URL")));
        EXPECT_EQ(other.connections(), 0);
    }
}

TEST_F(Hostile, RedirectOfACreate_FailsItAndTheOtherHostHearsNothing) {
    project.write("workflows/pair.yaml", kOne);
    const RawServer other(RawServer::answering([](const std::string&) { return http_answer("{}"); }));
    const RawServer server(RawServer::answering([&](const std::string& request) {
        if (asks_for(request, "GET ")) return http_answer(empty_list(request));
        return http_answer("", 307, fmt::format("Location: {}/\x1b[1m/v1/agents\r\n", other.url()));
    }));
    const Finished finished = run(server, {"apply", "--yes"});
    EXPECT_EQ(finished.exit_code, 6) << finished.err;
    EXPECT_THAT(finished.out, HasSubstr("redirects to " + other.url()));
    EXPECT_EQ(other.connections(), 0);
    expect_nothing_bound();
}

TEST_F(Hostile, AnswerToACreateThatCantBeUsed_BindsNothing) {
    project.write("workflows/pair.yaml", kOne);
    const std::string deep(1'000'000, '[');
    const std::string name = Key::derive("one", "solo").text();
    for (const std::string& body : {std::string(), std::string("[]"), std::string(R"({"agent":[]})"),
                                    std::string(R"({"agent":{"id":"x"}})"),
                                    std::string(R"({"agent":{"id":"x","name":"somebody-else\u001b[0m"}})"),
                                    fmt::format(R"({{"agent":{{"id":"","name":"{}"}}}})", name),
                                    fmt::format(R"({{"agent":{{"id":17,"name":"{}"}}}})", name),
                                    R"({"agent":)" + deep, std::string(9'000'000, ' ')}) {
        const RawServer server(RawServer::answering([&](const std::string& request) {
            if (asks_for(request, "GET /v1/agents/by-name/"))
                return http_answer(R"({"error":"agent not found"})", 404);
            if (asks_for(request, "GET ")) return http_answer(empty_list(request));
            return http_answer(body, 201);
        }));
        const Finished finished = run(server, {"apply", "--yes"});
        EXPECT_EQ(finished.exit_code, 6) << body.substr(0, 100) << "\n" << finished.out << finished.err;
        EXPECT_THAT(finished.out, HasSubstr("one/agent/solo"));
        expect_nothing_bound();
    }
}

TEST_F(Hostile, ProxyInTheEnvironment_IsNotTakenToThisMachineNorShownTheKey) {
    std::mutex mutex;
    std::string heard;
    const RawServer proxy([&](RawConnection& connection) {
        const std::string request = connection.read_request();
        const std::lock_guard lock(mutex);
        heard += request;
    });
    for (const char* name : {"http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"})
        project.environment[name] = proxy.url();
    for (const char* host : {"127.0.0.1", "127.0.0.2", "localhost"}) {
        project.environment["AGAMEMNON_URL"] = fmt::format("http://{}:1", host);
        EXPECT_EQ(project.tlm({"plan"}).exit_code, kUnreachable) << host;
        EXPECT_EQ(proxy.connections(), 0) << host;
    }
    project.environment["AGAMEMNON_URL"] = "https://agamemnon.invalid";
    EXPECT_EQ(project.tlm({"plan"}).exit_code, kUnreachable);
    const std::lock_guard lock(mutex);
    EXPECT_THAT(heard, AllOf(HasSubstr("CONNECT agamemnon.invalid:443"), Not(HasSubstr(kKey))));
}

}  // namespace
}  // namespace tlm::test
