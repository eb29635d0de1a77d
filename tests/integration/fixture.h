#pragma once

#include <gtest/gtest.h>
#include <rapidjson/document.h>

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/simulator/simulator.h"
#include "tests/support/process.h"

namespace tlm::test {

inline constexpr const char* kKey = "test-key";

// Where the program under test was built: with these tests, or in the build directory that TLM_TESTED_BUILD
// names, so that tests that are built once can test a program that is built with any sanitizer.
[[nodiscard]] const std::string& tested_build();
[[nodiscard]] const std::string& tested_program();
// The same over a file system that loses power; see tests/reliability/cut_vfs.cpp.
[[nodiscard]] const std::string& tested_cut_program();
[[nodiscard]] bool tests_another_build();
// By AddressSanitizer or ThreadSanitizer, which make everything several times slower and larger.
[[nodiscard]] bool tested_program_is_sanitized();

// A project directory of its own, in which the real program runs.
class Project {
  public:
    Project();
    ~Project();
    Project(const Project&) = delete;
    Project& operator=(const Project&) = delete;

    void write(const std::string& file, const std::string& text) const;
    [[nodiscard]] std::string read(const std::string& file) const;
    [[nodiscard]] bool exists(const std::string& file) const;
    // The same, and `meanwhile` is called with the process's id once it runs.
    [[nodiscard]] Finished tlm_meanwhile(const std::vector<std::string>& arguments,
                                         const std::function<void(int pid)>& meanwhile) const;
    // The same, and a signal is sent once `ready` says so.
    [[nodiscard]] Finished tlm_with_signal(const std::vector<std::string>& arguments, int signal,
                                           const std::function<bool()>& ready) const;
    // The same on a terminal, into which `input` is typed.
    [[nodiscard]] Finished tlm_in_terminal(const std::vector<std::string>& arguments,
                                           const std::string& input) const;
    [[nodiscard]] Finished tlm(const std::vector<std::string>& arguments) const;

    std::filesystem::path directory;
    std::string program;  // the real one, unless a test chooses another build of it
    std::map<std::string, std::string> environment = {{"PATH", "/usr/bin:/bin"}};
};

// A project whose target is a simulated server. The rate limit is off unless `options` say otherwise.
class Server {
  public:
    explicit Server(SimulatorOptions options = unlimited());
    static SimulatorOptions unlimited();

    void attach(Project& project) const;
    [[nodiscard]] std::string url() const { return simulator_.url(); }
    // GET of a route under /v1, as it comes and parsed.
    [[nodiscard]] std::string text(const std::string& route) const;
    [[nodiscard]] rapidjson::Document get(const std::string& route) const;
    void send(const std::string& method, const std::string& route, const std::string& body) const;
    [[nodiscard]] rapidjson::Document admin(const std::string& method, const std::string& route,
                                            const std::string& body = {}) const;
    // One counter of /admin/stats, for example "writes" or "agents".
    [[nodiscard]] int stat(const char* name) const;
    // Live resources beyond the first of a name, over all kinds.
    [[nodiscard]] int duplicates() const;
    void reset_stats() const { static_cast<void>(admin("POST", "/stats/reset")); }
    // The next `times` requests that match are answered by the fault (see tests/simulator/faults.h).
    void fault(const std::string& method, const std::string& path, const std::string& fault,
               int times = 1) const;
    // The id of the live agent with this name.
    [[nodiscard]] std::string agent_id(const std::string& name) const;

  private:
    Simulator simulator_;
};

// A workflow in which every agent is in one team and `tasks` tasks a team have no order.
[[nodiscard]] std::string crew_yaml(const std::string& workflow, int agents, int teams, int tasks);

// The example of the tests: two agents, a team, two tasks in a chain.
inline constexpr const char* kPair = R"(apiVersion: telemachy/v1
metadata:
  name: pair
agents:
  - name: architect
    model: m1
    working_dir: /work
  - name: builder
    program: claude-code
teams:
  - name: crew
    agents: [architect, builder]
    tasks:
      - subject: design
        description: Draw it
        assign_to: architect
      - subject: build
        description: Build it
        assign_to: builder
        blocked_by: [design]
)";

}  // namespace tlm::test
