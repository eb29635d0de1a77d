// The real program is killed before and after the server carries out its k-th request, for every k, and run
// again. One more run must leave exactly the fleet that was planned.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <csignal>

#include "tests/reliability/fleet_check.h"
#include "tests/reliability/victim.h"

namespace tlm::test {
namespace {

namespace fs = std::filesystem;
using testing::IsEmpty;

// Local and docker agents, two teams that share one, a chain of tasks.
constexpr const char* kBefore = R"(metadata: {name: rich}
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
constexpr const char* kAfter = R"(metadata: {name: rich}
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

constexpr const char* kNothing = "metadata: {name: rich}\nagents: []\nteams: []\n";

struct Scenario {
    const char* name;
    const char* before;  // nullptr: an empty server and no state
    const char* after;
    std::vector<std::string> command;
    Expectation expected;
    bool reviewed = false;  // the command applies a plan file that was made before
};

void PrintTo(const Scenario& scenario, std::ostream* out) {
    *out << scenario.name;
}

const std::vector<Scenario> kScenarios = {
    {"Create", nullptr, kBefore, {"apply", "--yes"}, {kBefore, {}}},
    {"Change", kBefore, kAfter, {"apply", "--yes"}, {kAfter, {{"agent", 1}}}},
    {"Prune", kBefore, kAfter, {"apply", "--yes", "--prune"}, {kAfter, {}}},
    {"Force", kBefore, kBefore, {"apply", "--yes", "--force"}, {kBefore, {{"agent", 5}, {"team", 2}}}},
    {"ForceAndPrune", kBefore, kAfter, {"apply", "--yes", "--force", "--prune"}, {kAfter, {}}},
    {"Destroy", kBefore, kBefore, {"destroy", "--yes"}, {kNothing, {}}},
    {"ReviewedPlan", kBefore, kAfter, {"apply", "plan.json", "--yes"}, {kAfter, {}}, true},
    {"ReviewedForcedPlan",
     kBefore,
     kBefore,
     {"apply", "plan.json", "--yes"},
     {kBefore, {{"agent", 5}, {"team", 2}}},
     true},
};

class Cut : public testing::TestWithParam<Scenario> {
  protected:
    Cut() : server_(options()) { server_.attach(project_); }

    // Brings server and state to what the scenario begins with, and remembers both.
    void prepare() {
        const Scenario& scenario = GetParam();
        if (scenario.before != nullptr) {
            project_.write("workflows/w.yaml", scenario.before);
            for (int i = 0; i < 3; ++i) {  // as deep as the chain of tasks
                ASSERT_EQ(project_.tlm({"apply", "--yes"}).exit_code, 0);
                static_cast<void>(server_.admin("POST", "/tasks/complete", R"({"all":true})"));
            }
        }
        project_.write("workflows/w.yaml", scenario.after);
        if (scenario.reviewed) {
            const bool forced = scenario.before == scenario.after;
            ASSERT_EQ(project_.tlm({"plan", "--out", "plan.json", forced ? "--force" : "--prune"}).exit_code,
                      0);
        }
        for (const char* list : {"agents", "teams", "tasks"})
            lists_.emplace_back(list, items(list));
        const fs::path state = project_.directory / ".tlm";
        if (fs::exists(state)) fs::copy(state, kept_, fs::copy_options::recursive);
    }

    void restore() {
        static_cast<void>(server_.admin("DELETE", "/faults"));
        static_cast<void>(server_.admin("POST", "/forget"));
        for (const auto& [list, body] : lists_)
            static_cast<void>(server_.admin("POST", "/" + list, body));
        server_.reset_stats();
        fs::remove_all(project_.directory / ".tlm");
        if (fs::exists(kept_)) fs::copy(kept_, project_.directory / ".tlm", fs::copy_options::recursive);
    }

    // Runs the scenario's command, killed at its k-th request. False: it had fewer.
    bool cut(int k, const char* fault) {
        static_cast<void>(server_.admin(
            "POST", "/faults",
            fmt::format(R"({{"path":"/v1/*","skip":{},"fault":{{"kind":"{}"}}}})", k - 1, fault)));
        const Finished killed =
            project_.tlm_meanwhile(GetParam().command, [&](int pid) { victim_.started(pid); });
        if (killed.exit_code == 128 + SIGKILL) return true;
        EXPECT_EQ(killed.exit_code, 0) << killed.out << killed.err;
        static_cast<void>(server_.admin("DELETE", "/faults"));
        return false;
    }

    void cut_everywhere(const char* fault) {
        prepare();
        if (HasFatalFailure()) return;
        int cuts = 0;
        for (bool killed = true; killed && !HasFailure(); cuts += killed ? 1 : 0) {
            restore();
            killed = cut(cuts + 1, fault);
            // Where it had fewer requests it ended well, and once more would be another --force.
            const Finished again = killed ? project_.tlm(GetParam().command) : Finished{0, {}, {}};
            EXPECT_EQ(again.exit_code, 0) << again.out << again.err;
            EXPECT_THAT(wrong_with(server_, project_, GetParam().expected), IsEmpty())
                << fault << " at request " << cuts + 1 << "\n"
                << again.out << again.err;
        }
        EXPECT_GT(cuts, 10);
        RecordProperty("cuts", cuts);
    }

  private:
    SimulatorOptions options() {
        SimulatorOptions options = Server::unlimited();
        options.kill = [this] { victim_.kill(); };
        return options;
    }

    // The body that puts the server's list back.
    [[nodiscard]] std::string items(const std::string& list) const {
        const std::string body = server_.text("/v1/" + list + "?limit=1000");
        const std::size_t begin = body.find('[');
        return fmt::format(R"({{"items":{}}})", body.substr(begin, body.rfind(']') - begin + 1));
    }

    Victim victim_;
    Server server_;
    Project project_;
    Project keeper_;
    const fs::path kept_ = keeper_.directory / "tlm";
    std::vector<std::pair<std::string, std::string>> lists_;
};

TEST_P(Cut, KilledBeforeEveryRequest_OneMoreRunLeavesTheFleetAsPlanned) {
    cut_everywhere("kill");
}

TEST_P(Cut, KilledAfterEveryRequest_OneMoreRunLeavesTheFleetAsPlanned) {
    cut_everywhere("kill_after");
}

INSTANTIATE_TEST_SUITE_P(Everywhere, Cut, testing::ValuesIn(kScenarios),
                         [](const auto& scenario) { return std::string(scenario.param.name); });

}  // namespace
}  // namespace tlm::test
