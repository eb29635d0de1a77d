// The API key is sent to the server and comes out nowhere else: not printed, not stored, not in a core dump.
// Also where a server, or a proxy before it, sends a request back in its answer.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <fstream>
#include <sstream>

#include "tests/integration/fixture.h"
#include "tests/support/raw_server.h"

namespace tlm::test {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

// As a JSON text, without its quotes.
std::string in_json(const std::string& text) {
    std::string result;
    for (const char c : text) {
        if (c == '"' || c == '\\') result += '\\';
        if (c == '\r' || c == '\n') {
            result += c == '\r' ? "\\r" : "\\n";
        } else {
            result += c;
        }
    }
    return result;
}

bool is_read(const std::string& request) {
    return request.starts_with("GET ");
}

std::string empty_list(const std::string& request) {
    for (const char* kind : {"agents", "teams"}) {
        if (request.starts_with(std::string("GET /v1/") + kind))
            return fmt::format(R"({{"{}":[],"total":0}})", kind);
    }
    return R"({"tasks":[],"total":0})";
}

class Secrets : public testing::TestWithParam<const char*> {
  protected:
    Secrets() {
        project.environment["AGAMEMNON_API_KEY"] = GetParam();
        project.write("workflows/pair.yaml", kPair);
    }
    void expect_hidden(const std::string& text, const std::string& where) const {
        const std::string key = GetParam();
        for (const std::string& form : {key, in_json(key), in_json(in_json(key))})
            EXPECT_THAT(text, Not(HasSubstr(form))) << where;
    }
    Finished run(const RawServer& server, const std::vector<std::string>& arguments) {
        project.environment["AGAMEMNON_URL"] = server.url();
        Finished finished = project.tlm(arguments);
        expect_hidden(finished.out + finished.err, arguments[0]);
        return finished;
    }
    // In whatever was written: state, journal, snapshot, plans.
    void expect_hidden_in_every_file() const {
        for (const auto& entry : fs::recursive_directory_iterator(project.directory)) {
            if (!entry.is_regular_file()) continue;
            std::ostringstream text;
            text << std::ifstream(entry.path(), std::ios::binary).rdbuf();
            expect_hidden(text.str(), entry.path().string());
        }
    }
    void expect_hidden_in_the_journal() const {
        const std::string runs = project.tlm({"log"}).out;
        for (std::size_t at = 0; at < runs.size(); at = runs.find('\n', at) + 1) {
            const std::string id = runs.substr(at, runs.find(' ', at) - at);
            for (const char* format : {"text", "json"}) {
                const Finished finished = project.tlm({"log", id, "--format", format});
                expect_hidden(finished.out + finished.err, "log");
            }
        }
    }

    Project project;
};

const std::vector<std::vector<std::string>>& every_verb() {
    static const std::vector<std::vector<std::string>> kVerbs = {
        {"plan"},
        {"plan", "--quiet"},
        {"plan", "--format", "json"},
        {"plan", "--out", "p.json"},
        {"plan", "--color", "always"},
        {"drift"},
        {"drift", "--format", "json"},
        {"apply", "--yes"},
        {"apply", "--yes", "--quiet"},
        {"apply", "--yes", "--force", "--prune", "--max-deletes", "100%"},
        {"destroy", "--yes"},
        {"state", "list", "--format", "json"},
        {"state", "check"},
        {"graph"}};
    return kVerbs;
}

TEST_P(Secrets, ServerThatSendsEveryRequestBack_GetsTheKeyIntoNoOutputOrFile) {
    for (const int status : {200, 302, 400, 401, 404, 409, 422, 500}) {
        const RawServer server(RawServer::answering([&](const std::string& request) {
            return http_answer(fmt::format(R"({{"error":"what is this: {}"}})", in_json(request)), status,
                               fmt::format("Location: /login?{}\r\nX-Echo: {}\r\n", GetParam(), GetParam()));
        }));
        for (const std::vector<std::string>& arguments : every_verb()) {
            // Those are tried again for a while, which the first verb shows as well as all of them.
            if (status == 500 && arguments != every_verb().front()) continue;
            EXPECT_LT(run(server, arguments).exit_code, 10) << status << arguments[0];
        }
    }
    expect_hidden_in_every_file();
}

TEST_P(Secrets, ServerThatSendsWritesBack_GetsTheKeyIntoNoOutputJournalOrFile) {
    const std::string error = R"({{"error":"{}"}})";
    const std::string nested = R"({{"detail":{{"headers":["{}"]}}}})";
    const std::string made = R"({{"agent":{{"id":"i","name":"{}"}}}})";
    const std::string raw = "{}";
    for (const auto& [status, body] : std::vector<std::pair<int, std::string>>{
             {201, made}, {307, raw}, {400, error}, {400, nested}, {401, error}, {409, nested}, {422, raw}}) {
        const RawServer server(RawServer::answering([&](const std::string& request) {
            if (request.starts_with("GET /v1/agents/by-name/"))
                return http_answer(R"({"error":"none"})", 404);
            if (is_read(request)) return http_answer(empty_list(request));
            const std::string echo = body == raw ? request : in_json(request);
            return http_answer(fmt::format(fmt::runtime(body), echo), status,
                               fmt::format("Location: /{}\r\n", GetParam()));
        }));
        const Finished finished = run(server, {"apply", "--yes"});
        EXPECT_NE(finished.exit_code, 0) << status << body;
        EXPECT_THAT(finished.out + finished.err, HasSubstr("[AGAMEMNON_API_KEY]")) << status << body;
    }
    expect_hidden_in_the_journal();
    expect_hidden_in_every_file();
}

TEST_P(Secrets, KeyReachesTheServerAsItIs) {
    SimulatorOptions options = Server::unlimited();
    options.api_key = GetParam();
    const Simulator server(options);
    project.environment["AGAMEMNON_URL"] = server.url();
    const Finished finished = project.tlm({"apply", "--yes"});
    EXPECT_EQ(finished.exit_code, 0) << finished.err;
    expect_hidden(finished.out + finished.err, "apply");
    expect_hidden_in_every_file();
}

INSTANTIATE_TEST_SUITE_P(Keys, Secrets,
                         testing::Values("sesame-4711", R"(p@ss"w\o/rd<&>%+'~{}$`)",
                                         "QWxhZGRpbjpvcGVuIHNlc2FtZQ=="));

TEST(SecretsOfAProcess, Crash_LeavesNoCoreDumpWithTheKeyInIt) {
    const Server server;
    Project project;
    server.attach(project);
    project.write("workflows/pair.yaml", kPair);
    server.fault("GET", "/v1/agents*", R"({"kind":"hang"})");
    std::string limits;
    static_cast<void>(project.tlm_meanwhile({"plan"}, [&](int pid) {
        // Bounded by the run itself: it asks, or it ends.
        siginfo_t ended = {};
        while (server.stat("requests") == 0 &&
               waitid(P_PID, static_cast<id_t>(pid), &ended, WEXITED | WNOHANG | WNOWAIT) == 0 &&
               ended.si_pid == 0) {
        }
        std::ostringstream text;
        text << std::ifstream(fmt::format("/proc/{}/limits", pid)).rdbuf();
        limits = text.str();
        kill(pid, SIGKILL);
    }));
    EXPECT_THAT(limits, testing::ContainsRegex("Max core file size +1 +1 +bytes"));
}

// Who owns what /proc has of a process: its user, or root where it let nobody look into it.
uid_t owner_of_memory(int pid) {
    struct stat status {};
    EXPECT_EQ(stat(fmt::format("/proc/{}/environ", pid).c_str(), &status), 0);
    return status.st_uid;
}

// Started by root, it runs as `nobody`, since of root's processes everything is root's.
class SecretsInMemory : public testing::Test {
  protected:
    void SetUp() override {
        std::vector<std::string> command = kAsNobody;
        command.insert(command.end(), {tested_program(), "version"});
        if (geteuid() == 0 && run_process(command, project.environment, "/").exit_code != 0)
            GTEST_SKIP() << "another user can't run the program from where it was built";
    }
    SecretsInMemory() {
        project.environment["AGAMEMNON_URL"] = server.url();
        project.write("workflows/pair.yaml", kPair);
        EXPECT_EQ(project.tlm({"keygen", "--out", "ops"}).exit_code, 0);
    }
    // Of what /proc has of it, once it has sent its first request, to which no answer comes.
    uid_t owner_while_it_runs(const std::vector<std::string>& arguments) {
        std::vector<std::string> command;
        if (geteuid() == 0) {
            for (const char* file : {"", "ops.key", ".env"}) {
                if (!project.exists(file)) continue;
                EXPECT_EQ(chown((project.directory / file).c_str(), kNobody, kNobody), 0);
            }
            command = kAsNobody;
        }
        command.push_back(tested_program());
        command.insert(command.end(), arguments.begin(), arguments.end());
        uid_t owner = 0;
        bool runs = false;
        const Finished finished =
            run_process(command, project.environment, project.directory.string(), [&](int pid) {
                siginfo_t ended = {};
                // All that a process which has ended leaves in /proc is root's.
                const auto still_runs = [&] {
                    return waitid(P_PID, static_cast<id_t>(pid), &ended, WEXITED | WNOHANG | WNOWAIT) == 0 &&
                           ended.si_pid == 0;
                };
                while (requests == 0 && still_runs()) {
                }
                owner = owner_of_memory(pid);
                runs = still_runs();
                kill(pid, SIGKILL);
            });
        EXPECT_TRUE(runs && requests > 0) << finished.err;
        return owner;
    }
    static constexpr uid_t kNobody = 65534;
    const std::vector<std::string> kAsNobody = {"/usr/bin/setpriv", "--reuid", "65534",
                                                "--regid",          "65534",   "--clear-groups"};
    const uid_t user = geteuid() == 0 ? kNobody : geteuid();
    Project project;
    std::atomic<int> requests = 0;
    RawServer server{[this](RawConnection& connection) {
        if (!connection.read_request().empty()) ++requests;
        connection.wait_until_client_leaves();
    }};
};

TEST_F(SecretsInMemory, Key_KeepsOtherProcessesOut) {
    project.environment["AGAMEMNON_API_KEY"] = kKey;
    EXPECT_EQ(owner_while_it_runs({"plan"}), 0U);
}

TEST_F(SecretsInMemory, KeyInAFile_KeepsOtherProcessesOut) {
    project.write(".env", fmt::format("AGAMEMNON_URL={}\nAGAMEMNON_API_KEY={}\n", server.url(), kKey));
    project.environment.erase("AGAMEMNON_URL");
    EXPECT_EQ(owner_while_it_runs({"plan"}), 0U);
}

TEST_F(SecretsInMemory, PrivateKey_KeepsOtherProcessesOut) {
    EXPECT_EQ(owner_while_it_runs({"plan", "--out", "p.json", "--sign", "ops.key"}), 0U);
}

TEST_F(SecretsInMemory, NoSecret_NothingIsHidden) {
    EXPECT_EQ(owner_while_it_runs({"plan"}), user) << "or the other tests prove nothing";
}

TEST(SecretsInSettings, FaultyValue_IsNamedAndNotShown) {
    Project project;
    project.write("workflows/pair.yaml", kPair);
    const std::vector<std::pair<std::string, std::string>> files = {
        {"AGAMEMNON_API_KEY=\"hush 4711\"\n", "AGAMEMNON_API_KEY"},
        {"AGAMEMNON_API_KEY=\"hush4711\n", "AGAMEMNON_API_KEY"},
        {"AGAMEMNON_API_KEYS=hush4711\n", "AGAMEMNON_API_KEYS"},
        {"AGAMEMNON_API_KEY hush4711\n", ".env:1"},
        {"AGAMEMNON_URL=https://user:hush4711@agamemnon.invalid\n", "AGAMEMNON_URL"},
        {"AGAMEMNON_URL=https://user:hush4711@agamemnon.invalid\nAGAMEMNON_API_KEY=k\n", "AGAMEMNON_API_KEY"},
        {"AGAMEMNON_URL=https://agamemnon.invalid?key=hush4711\nAGAMEMNON_API_KEY=k\n", "AGAMEMNON_API_KEY"}};
    for (const auto& [text, name] : files) {
        project.write(".env", text);
        const Finished finished = project.tlm({"plan"});
        EXPECT_THAT(finished.err, AllOf(HasSubstr(name), Not(HasSubstr("4711")))) << text;
        EXPECT_THAT(finished.out, Not(HasSubstr("4711"))) << text;
    }
}

// Whatever way the key takes to an output: in a workflow file, a plan, a file's name, an address; as it is,
// and cut.
class SecretsInOutputs : public testing::Test {
  protected:
    static constexpr const char* kHidden = "sesame-4711-open";
    SecretsInOutputs() {
        project.environment["AGAMEMNON_API_KEY"] = kHidden;
        project.environment["NATS_URL"] = "nats://ann:broker-4711-pass@127.0.0.1:1";
    }
    void expect_hidden_after(const std::vector<std::string>& arguments, const std::string& input = {}) {
        const Finished finished =
            input.empty() ? project.tlm(arguments) : project.tlm_in_terminal(arguments, input);
        std::string all = finished.out + finished.err;
        for (const char* file : {"events", "finished"}) {
            if (project.exists(file)) all += project.read(file);
        }
        for (const char* secret : {"sesame-47", "4711", "broker-47"})
            EXPECT_THAT(all, Not(HasSubstr(secret))) << fmt::format("{}", fmt::join(arguments, " ")) << "\n"
                                                     << all;
        EXPECT_THAT(all, HasSubstr("[AGAMEMNON_API_KEY]")) << fmt::format("{}", fmt::join(arguments, " "));
    }
    Project project;
};

TEST_F(SecretsInOutputs, FaultInAWorkflowFile) {
    const std::string padding(90, 'x');
    for (const std::string& text :
         {fmt::format("agents: [{{{}: 1}}]\n", kHidden), fmt::format("{}\n", kHidden),
          fmt::format("agents: [{{name: {}}}, {{name: {}}}]\n", kHidden, kHidden),
          fmt::format("{}{}: 1\n", padding.substr(0, 70), kHidden),
          fmt::format("{}{}: 1\n", padding, kHidden), fmt::format("AGAMEMNON_API_KEY={}: [\n", kHidden)}) {
        project.write("workflows/a.yaml", text);
        for (const char* verb : {"validate", "plan"}) {
            const Finished finished = project.tlm({verb});
            EXPECT_EQ(finished.exit_code, 3) << text;
            EXPECT_THAT(finished.out + finished.err, Not(HasSubstr("4711"))) << text << finished.err;
            EXPECT_THAT(finished.out + finished.err, Not(HasSubstr("sesame-47"))) << text << finished.err;
        }
    }
}

TEST_F(SecretsInOutputs, SoundWorkflowFile) {
    std::string pair = kPair;
    pair.replace(pair.find("Draw it"), 7, fmt::format("Use {} for it", kHidden));
    project.write("workflows/pair.yaml", pair);
    for (const std::vector<std::string>& arguments : {std::vector<std::string>{"plan", "--events", "events"},
                                                      {"plan", "--format", "json"},
                                                      {"plan", "--format", "markdown"},
                                                      {"plan", "--format", "html"}})
        expect_hidden_after(arguments);
    const Finished on_terminal = project.tlm_in_terminal({"plan"}, "");
    EXPECT_THAT(on_terminal.out + on_terminal.err, Not(HasSubstr("4711")));
    EXPECT_THAT(project.tlm({"plan", "--out", "plan.json"}).err, HasSubstr("the plan would hold a secret"));
    EXPECT_FALSE(project.exists("plan.json")) << "a plan is read by others";
}

TEST_F(SecretsInOutputs, PlanFile) {
    std::string pair = kPair;
    pair.replace(pair.find("Draw it"), 7, fmt::format("Use {} for it", kHidden));
    project.write("workflows/pair.yaml", pair);
    // Made where nobody knew the key.
    const auto environment = std::exchange(project.environment, {{"PATH", "/usr/bin:/bin"}});
    ASSERT_EQ(project.tlm({"plan", "--out", "plan.json"}).exit_code, 0);
    project.environment = environment;
    for (const std::vector<std::string>& arguments : {std::vector<std::string>{"show", "plan.json"},
                                                      {"show", "plan.json", "--format", "json"},
                                                      {"show", "plan.json", "--format", "markdown"},
                                                      {"show", "plan.json", "--format", "html"}})
        expect_hidden_after(arguments);
    project.write("damaged.json", fmt::format("{{ \"format\": \"tlm-plan/1\", \"{}\": 1 }}", kHidden));
    const Finished finished = project.tlm({"show", "damaged.json"});
    EXPECT_THAT(finished.out + finished.err, Not(HasSubstr("4711")));
}

TEST_F(SecretsInOutputs, NamesThatTheCommandLineHolds) {
    for (const std::vector<std::string>& arguments :
         {std::vector<std::string>{"validate", fmt::format("{}.yaml", kHidden)},
          {"show", kHidden},
          {kHidden},
          {"plan", fmt::format("--{}", kHidden)},
          {"plan", "--workflows", kHidden},
          {"state", "list", "--state", fmt::format("{}/..", kHidden)},
          {"validate", "--events", fmt::format("none/{}", kHidden)}}) {
        const Finished finished = project.tlm(arguments);
        EXPECT_THAT(finished.out + finished.err, Not(HasSubstr("4711"))) << arguments.back() << finished.err;
    }
    project.write(fmt::format("workflows/{}.yaml", kHidden), "x: 1\n");
    expect_hidden_after({"validate"});
    project.write("workflows/pair.yaml", kPair);
    fs::remove(project.directory / fmt::format("workflows/{}.yaml", kHidden));
    expect_hidden_after({"apply", "--yes", "--events", "events", "--on-finish",
                         fmt::format("cat > finished; echo {}", kHidden)});
}

TEST_F(SecretsInOutputs, EnvironmentAsAnInput) {
    const Finished finished = project.tlm({"validate", "/proc/self/environ"});
    EXPECT_EQ(finished.exit_code, 3);
    EXPECT_THAT(finished.out + finished.err, AllOf(Not(HasSubstr("4711")), Not(HasSubstr("PATH="))));
}

}  // namespace
}  // namespace tlm::test
