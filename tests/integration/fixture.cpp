#include "tests/integration/fixture.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <sys/wait.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "tests/support/http.h"
#include "tests/support/paths.h"

namespace tlm::test {

namespace fs = std::filesystem;

const std::string& tested_build() {
    static const std::string directory = [] {
        const char* other = std::getenv("TLM_TESTED_BUILD");
        return other == nullptr ? build_dir() : fs::absolute(other).string();
    }();
    return directory;
}

const std::string& tested_program() {
    static const std::string program = tested_build() + "/cmd/tlm";
    return program;
}

const std::string& tested_cut_program() {
    static const std::string program = tested_build() + "/tests/reliability/tlm_cut";
    return program;
}

bool tests_another_build() {
    return tested_build() != build_dir();
}

bool tested_program_is_sanitized() {
    static const bool sanitized = [] {
        std::ostringstream bytes;
        bytes << std::ifstream(tested_program(), std::ios::binary).rdbuf();
        return bytes.str().find("__asan_init") != std::string::npos ||
               bytes.str().find("__tsan_init") != std::string::npos;
    }();
    return sanitized;
}

Project::Project() : program(tested_program()) {
    std::string pattern = (fs::temp_directory_path() / "tlm-test-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
    directory = pattern;
}

namespace {

// The key is never printed, stored or logged: whatever a test did, nothing that it left behind holds it.
void expect_no_key_in(const fs::path& directory) {
    for (const auto& entry : fs::recursive_directory_iterator(directory)) {
        if (!entry.is_regular_file() || entry.path().filename() == ".env") continue;
        std::ostringstream text;
        text << std::ifstream(entry.path(), std::ios::binary).rdbuf();
        EXPECT_EQ(text.str().find(kKey), std::string::npos) << entry.path() << " holds the key";
    }
}

}  // namespace

Project::~Project() {
    expect_no_key_in(directory);
    std::error_code ignored;
    fs::remove_all(directory, ignored);
}

void Project::write(const std::string& file, const std::string& text) const {
    fs::create_directories((directory / file).parent_path());
    std::ofstream(directory / file, std::ios::binary) << text;
}

std::string Project::read(const std::string& file) const {
    std::ostringstream text;
    text << std::ifstream(directory / file, std::ios::binary).rdbuf();
    return text.str();
}

bool Project::exists(const std::string& file) const {
    return fs::exists(directory / file);
}

namespace {

std::vector<std::string> command_of(const std::string& program, const std::vector<std::string>& arguments) {
    std::vector<std::string> command = {program};
    command.insert(command.end(), arguments.begin(), arguments.end());
    return command;
}

}  // namespace

Finished Project::tlm(const std::vector<std::string>& arguments) const {
    return tlm_meanwhile(arguments, [](int) {});
}

Finished Project::tlm_meanwhile(const std::vector<std::string>& arguments,
                                const std::function<void(int pid)>& meanwhile) const {
    Finished finished =
        run_process(command_of(program, arguments), environment, directory.string(), meanwhile);
    EXPECT_EQ((finished.out + finished.err).find(kKey), std::string::npos) << "the key was printed";
    return finished;
}

Finished Project::tlm_with_signal(const std::vector<std::string>& arguments, int signal,
                                  const std::function<bool()>& ready) const {
    return tlm_meanwhile(arguments, [&](int pid) {
        // Bounded by the run itself: it gets ready, or it ends.
        siginfo_t ended = {};
        while (!ready() && waitid(P_PID, static_cast<id_t>(pid), &ended, WEXITED | WNOHANG | WNOWAIT) == 0 &&
               ended.si_pid == 0) {
        }
        kill(pid, signal);
    });
}

Finished Project::tlm_in_terminal(const std::vector<std::string>& arguments, const std::string& input) const {
    return run_in_terminal(command_of(program, arguments), environment, directory.string(), input);
}

SimulatorOptions Server::unlimited() {
    SimulatorOptions options;
    options.rate = 0;
    return options;
}

Server::Server(SimulatorOptions options) : simulator_(std::move(options)) {}

void Server::attach(Project& project) const {
    project.environment["AGAMEMNON_URL"] = url();
    project.environment["AGAMEMNON_API_KEY"] = kKey;
}

std::string Server::text(const std::string& route) const {
    return http("GET", url() + route, {}, kKey).body;
}

rapidjson::Document Server::get(const std::string& route) const {
    rapidjson::Document document;
    document.Parse(text(route));
    return document;
}

void Server::send(const std::string& method, const std::string& route, const std::string& body) const {
    const HttpAnswer answer = http(method, url() + route, body, kKey);
    if (answer.status >= 300)
        throw std::runtime_error(fmt::format("{} {}: {}", method, route, answer.status));
}

rapidjson::Document Server::admin(const std::string& method, const std::string& route,
                                  const std::string& body) const {
    const HttpAnswer answer = http(method, url() + "/admin" + route, body);
    if (answer.status >= 300) throw std::runtime_error(fmt::format("admin {}: {}", route, answer.body));
    rapidjson::Document document;
    document.Parse(answer.body);
    return document;
}

int Server::stat(const char* name) const {
    return admin("GET", "/stats")[name].GetInt();
}

int Server::duplicates() const {
    const auto stats = admin("GET", "/stats");
    const auto& counts = stats["duplicates"];
    return counts["agents"].GetInt() + counts["teams"].GetInt() + counts["tasks"].GetInt();
}

void Server::fault(const std::string& method, const std::string& path, const std::string& fault,
                   int times) const {
    static_cast<void>(admin("POST", "/faults",
                            fmt::format(R"({{"method":"{}","path":"{}","times":{},"skip":0,"fault":{}}})",
                                        method, path, times, fault)));
}

std::string Server::agent_id(const std::string& name) const {
    const auto document = get("/v1/agents/by-name/" + name);
    if (!document.IsObject() || !document.HasMember("agent")) return {};
    return document["agent"]["id"].GetString();
}

std::string crew_yaml(const std::string& workflow, int agents, int teams, int tasks) {
    std::string text = fmt::format("metadata:\n  name: {}\nagents:\n", workflow);
    for (int i = 0; i < agents; ++i)
        text += fmt::format("  - name: agent-{}\n    model: m{}\n", i, i % 3);
    text += "teams:\n";
    const int each = agents / teams;
    for (int team = 0; team < teams; ++team) {
        text += fmt::format("  - name: team-{}\n    agents:\n", team);
        for (int i = 0; i < each; ++i)
            text += fmt::format("      - agent-{}\n", team * each + i);
        text += tasks == 0 ? "    tasks: []\n" : "    tasks:\n";
        for (int i = 0; i < tasks; ++i) {
            text += fmt::format(
                "      - subject: task {}\n        description: Do {}\n        assign_to: agent-{}\n", i, i,
                team * each);
        }
    }
    return text;
}

}  // namespace tlm::test
