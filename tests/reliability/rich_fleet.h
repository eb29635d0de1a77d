#pragma once

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <stdexcept>

#include "tests/reliability/fleet_check.h"
#include "tests/reliability/stride.h"
#include "tests/reliability/victim.h"

namespace tlm::test {

// Local and docker agents, two teams that share one, a chain of tasks.
inline constexpr const char* kBefore = R"(metadata: {name: rich}
agents:
  - {name: architect, model: m1, working_dir: /work}
  - {name: builder, program: claude-code}
  - {name: box, runtime: docker, docker_image: "img:1", cpus: 2}
  - {name: mover, working_dir: /work}
  - {name: leaver}
teams:
  - name: crew
    agents: [architect, builder, box]
    tasks:
      - {subject: design, description: Draw it, assign_to: architect}
      - {subject: build, description: Build it, assign_to: builder, blocked_by: [design]}
  - name: night
    agents: [builder, mover, leaver]
    tasks:
      - {subject: watch, description: Look, assign_to: mover}
)";

// Another model (update), more CPUs (update), from local to docker (replace), one agent more (create) and one
// fewer (orphan), another membership, another task behind one that is completed.
inline constexpr const char* kAfter = R"(metadata: {name: rich}
agents:
  - {name: architect, model: m2, working_dir: /work}
  - {name: builder, program: claude-code}
  - {name: box, runtime: docker, docker_image: "img:1", cpus: 3}
  - {name: mover, working_dir: /work, runtime: docker, docker_image: "img:2", cpus: 1}
  - {name: fresh}
teams:
  - name: crew
    agents: [architect, builder, box, fresh]
    tasks:
      - {subject: design, description: Draw it, assign_to: architect}
      - {subject: build, description: Build it, assign_to: builder, blocked_by: [design]}
      - {subject: test, description: Test it, assign_to: fresh, blocked_by: [build]}
      - {subject: ship, description: Ship it, assign_to: fresh, blocked_by: [test]}
  - name: night
    agents: [builder, mover]
    tasks:
      - {subject: watch, description: Look, assign_to: mover}
)";

inline const std::string kAfterKept = std::string("teardown: never\n") + kAfter;

inline constexpr const char* kNothing = "metadata: {name: rich}\nagents: []\nteams: []\n";

// What is run, and what must be there in the end.
struct Scenario {
    const char* name;
    const char* before;  // nullptr: an empty server and no state
    const char* after;
    std::vector<std::string> command;
    Expectation expected;
    bool reviewed = false;  // the command applies a plan file that was made before
    bool worked = false;    // there are workers, who complete tasks
};

inline void PrintTo(const Scenario& scenario, std::ostream* out) {
    *out << scenario.name;
}

inline const std::vector<Scenario> kScenarios = {
    {"Create", nullptr, kBefore, {"apply", "--yes", "--max-deletes", "100%"}, {{kBefore}, {}}},
    {"Change", kBefore, kAfter, {"apply", "--yes", "--max-deletes", "100%"}, {{kAfter}, {{"agent", 1}}}},
    {"Prune", kBefore, kAfter, {"apply", "--yes", "--max-deletes", "100%", "--prune"}, {{kAfter}, {}}},
    {"Force",
     kBefore,
     kBefore,
     {"apply", "--yes", "--max-deletes", "100%", "--force"},
     {{kBefore}, {{"agent", 5}, {"team", 2}}}},
    {"ForceAndPrune",
     kBefore,
     kAfter,
     {"apply", "--yes", "--max-deletes", "100%", "--force", "--prune"},
     {{kAfter}, {}}},
    {"Destroy", kBefore, kBefore, {"destroy", "--yes"}, {{kNothing}, {}}},
    {"ReviewedPlan",
     kBefore,
     kAfter,
     {"apply", "plan.json", "--yes", "--max-deletes", "100%"},
     {{kAfter}, {}},
     true},
    {"ReviewedForcedPlan",
     kBefore,
     kBefore,
     {"apply", "plan.json", "--yes", "--max-deletes", "100%"},
     {{kBefore}, {{"agent", 5}, {"team", 2}}},
     true},
    {"Run",
     nullptr,
     kAfterKept.c_str(),
     {"run", "--yes", "--poll-min", "1ms", "--poll-max", "2ms"},
     {{kAfter}, {}},
     false,
     true},
    {"RunAndTakeDown",
     nullptr,
     kAfter,
     {"run", "--yes", "--poll-min", "1ms", "--poll-max", "2ms"},
     {{kNothing}, {}, {kAfter}},
     false,
     true},
};

inline const Scenario& scenario_named(const std::string& name) {
    for (const Scenario& scenario : kScenarios) {
        if (scenario.name == name) return scenario;
    }
    throw std::invalid_argument(name);
}

// A server and a project that can be brought back, as often as needed, to where a scenario begins.
class RichFleet : public testing::TestWithParam<Scenario> {
  protected:
    explicit RichFleet(const SimulatorOptions& options = Server::unlimited())
        : server_(with_victim(options)) {
        server_.attach(project_);
    }

    // Brings server and state to what the scenario begins with, and remembers both.
    void prepare(const Scenario& scenario) {
        if (scenario.before != nullptr) {
            project_.write("workflows/w.yaml", scenario.before);
            for (int i = 0; i < 3; ++i) {  // as deep as the chain of tasks
                ASSERT_EQ(project_.tlm({"apply", "--yes"}).exit_code, 0);
                static_cast<void>(server_.admin("POST", "/tasks/complete", R"({"all":true})"));
            }
        }
        project_.write("workflows/w.yaml", scenario.after);
        worked_ = scenario.worked;
        if (scenario.reviewed) {
            const bool forced = scenario.before == scenario.after;
            ASSERT_EQ(project_
                          .tlm({"plan", "--max-deletes", "100%", "--out", "plan.json",
                                forced ? "--force" : "--prune"})
                          .exit_code,
                      0);
        }
        for (const char* list : {"agents", "teams", "tasks"})
            lists_.emplace_back(list, items(list));
        const std::filesystem::path state = project_.directory / ".tlm";
        if (std::filesystem::exists(state))
            std::filesystem::copy(state, kept_, std::filesystem::copy_options::recursive);
    }

    void restore() {
        static_cast<void>(server_.admin("DELETE", "/faults"));
        static_cast<void>(server_.admin("POST", "/forget"));
        for (const auto& [list, body] : lists_)
            static_cast<void>(server_.admin("POST", "/" + list, body));
        server_.reset_stats();
        if (worked_)
            static_cast<void>(server_.admin("POST", "/workers", R"({"scripts":[{"after_reads":1}]})"));
        std::filesystem::remove_all(project_.directory / ".tlm");
        if (std::filesystem::exists(kept_))
            std::filesystem::copy(kept_, project_.directory / ".tlm",
                                  std::filesystem::copy_options::recursive);
    }

    void expect_as_planned(const Scenario& scenario, const std::string& what) {
        EXPECT_THAT(wrong_with(server_, project_, scenario.expected), testing::IsEmpty()) << what;
    }

    Victim victim_;
    Server server_;
    Project project_;

  private:
    SimulatorOptions with_victim(SimulatorOptions options) {
        options.kill = [this] { victim_.kill(); };
        return options;
    }

    // The body that puts the server's list back.
    [[nodiscard]] std::string items(const std::string& list) const {
        const std::string body = server_.text("/v1/" + list + "?limit=1000");
        const std::size_t begin = body.find('[');
        return fmt::format(R"({{"items":{}}})", body.substr(begin, body.rfind(']') - begin + 1));
    }

    Project keeper_;
    bool worked_ = false;
    const std::filesystem::path kept_ = keeper_.directory / "tlm";
    std::vector<std::pair<std::string, std::string>> lists_;
};

}  // namespace tlm::test
