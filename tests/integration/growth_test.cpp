// What a fleet costs is counted, not timed: requests that are sent and statements that the state runs, for a
// fleet and for one ten times as large. (Instructions: tests/bench/instructions.)
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "tests/bench/sample.h"
#include "tests/integration/fixture.h"
#include "tests/support/paths.h"

namespace tlm::test {
namespace {

using bench::SampleFormat;
using bench::SampleSize;

// Ten times as many take more than a page, unless sanitized.
const std::size_t kAgents = tested_program_is_sanitized() ? 30 : 105;

// So many requests read a list: pages of 1,000 overlap by one item, by which one that shifted is noticed.
std::size_t pages(std::size_t items) {
    return items <= 1000 ? 1 : 1 + (items - 1000 + 998) / 999;
}

// All three lists, as often as the fleet is read.
std::size_t lists(const SampleSize& size) {
    return pages(size.agents) + pages(size.teams) + pages(size.tasks);
}

// The fewest that there can be: every agent is created and started, teams and tasks are created.
std::size_t writes(const SampleSize& size) {
    return 2 * size.agents + size.teams + size.tasks;
}

// The lists before and after. And once more before the first task is sent: another machine may have made the
// same agents meanwhile, and a task can't be taken back from the wrong one. At that time there are no tasks.
std::size_t reads(const SampleSize& size) {
    const std::size_t before = 3;
    const std::size_t between = pages(size.agents) + pages(size.teams) + 1;
    return before + between + lists(size);
}

class Fleet {
  public:
    explicit Fleet(std::size_t agents, SimulatorOptions options = Server::unlimited())
        : size(bench::usual_mix(agents)), server(std::move(options)) {
        server.attach(project);
        project.environment["LD_PRELOAD"] = state_meter();
        project.environment["TLM_STATE_METER"] = (project.directory / "meter.json").string();
        for (std::size_t i = 0; i < size.workflows; ++i) {
            project.write(fmt::format("workflows/flow-{}.json", i),
                          bench::sample_workflow(size, i, SampleFormat::json));
        }
    }

    // Runs it; the counters are its own afterwards.
    Finished tlm(const std::vector<std::string>& arguments) const {
        server.reset_stats();
        Finished finished = project.tlm(arguments);
        EXPECT_EQ(finished.exit_code, 0) << finished.out.substr(0, 2000) << finished.err.substr(0, 2000);
        return finished;
    }
    [[nodiscard]] std::size_t stat(const char* name) const {
        return static_cast<std::size_t>(server.stat(name));
    }

    // SQL statements of the last run that read or change rows. How many transactions an apply's calls are
    // grouped into depends on when their answers come; each counts its own row in the table `meta`, and asks
    // once whether anything is left behind.
    [[nodiscard]] std::size_t statements() const {
        rapidjson::Document meter;
        meter.Parse(project.read("meter.json"));
        std::size_t count = 0;
        for (const auto& [sql, times] : meter["statements"].GetObject()) {
            const std::string_view text(sql.GetString(), sql.GetStringLength());
            if (text.starts_with("BEGIN") || text.starts_with("COMMIT") || text.starts_with("UPDATE meta") ||
                text.starts_with("SELECT EXISTS (SELECT 1 FROM left_behind"))
                continue;
            count += times.GetUint64();
        }
        return count;
    }

    // Bytes of memory that the last run asked for in huge pages.
    [[nodiscard]] std::uint64_t huge_bytes() const {
        rapidjson::Document meter;
        meter.Parse(project.read("meter.json"));
        return meter["huge_bytes"].GetUint64();
    }

    const SampleSize size;
    Server server;
    Project project;
};

TEST(Growth, Apply_WritesEachAgentTwiceAndEachTeamAndTaskOnce_AndReadsTheListsThreeTimes) {
    for (const std::size_t agents : {kAgents, 10 * kAgents}) {
        const Fleet fleet(agents);
        fleet.tlm({"apply", "--yes", "--quiet"});
        EXPECT_EQ(fleet.stat("writes"), writes(fleet.size)) << agents;
        EXPECT_EQ(fleet.stat("reads"), reads(fleet.size)) << agents;
    }
}

TEST(Growth, Apply_WithoutTasks_ReadsTheListsBeforeAndAfterOnly) {
    const Fleet fleet(20);
    fleet.project.write("workflows/flow-0.json",
                        bench::sample_workflow({20, 2, 0, 1}, 0, SampleFormat::json));
    fleet.tlm({"apply", "--yes", "--quiet"});
    EXPECT_EQ(fleet.stat("writes"), 42U);
    EXPECT_EQ(fleet.stat("reads"), 6U);
}

TEST(Growth, PlanAndDrift_ReadEachListOnce_AndACachedPlanNone) {
    for (const std::size_t agents : {kAgents, 10 * kAgents}) {
        const Fleet fleet(agents);
        fleet.tlm({"apply", "--yes", "--quiet"});
        for (const char* verb : {"plan", "drift"}) {
            fleet.tlm({verb});
            EXPECT_EQ(fleet.stat("requests"), lists(fleet.size)) << verb << " " << agents;
        }
        fleet.tlm({"plan", "--refresh=false"});
        EXPECT_EQ(fleet.stat("requests"), 0U);
    }
}

TEST(Growth, StatementsOfTheState_GrowAsTheFleetDoes) {
    std::map<std::string, std::vector<std::size_t>> counts;
    for (const std::size_t agents : {kAgents, 10 * kAgents}) {
        const Fleet fleet(agents);
        for (const auto& words : std::vector<std::vector<std::string>>{{"apply", "--yes", "--quiet"},
                                                                       {"plan"},
                                                                       {"plan", "--refresh=false"},
                                                                       {"drift"},
                                                                       {"state", "list"}}) {
            fleet.tlm(words);
            counts[fmt::format("{}", fmt::join(words, " "))].push_back(fleet.statements());
        }
    }
    for (const auto& [command, count] : counts) {
        ASSERT_EQ(count.size(), 2U);
        EXPECT_GT(count[0], 0U) << command << ": the meter saw nothing";
        EXPECT_LE(count[1], 10 * count[0]) << command;
    }
    // Three for each call: the intent, its outcome and the binding. And each resource at most twice into the
    // snapshot's cache, for the plan before the apply and for the one after it.
    const SampleSize size = bench::usual_mix(10 * kAgents);
    EXPECT_LE(counts["apply --yes --quiet"][1],
              3 * writes(size) + 2 * (size.agents + size.teams + size.tasks) + 250);
    // What reads runs so many statements as there are tables, not as there are rows.
    EXPECT_EQ(counts["plan --refresh=false"][0], counts["plan --refresh=false"][1]);
    EXPECT_EQ(counts["state list"][0], counts["state list"][1]);
}

// In small pages half of the time of a large plan is page faults; and a small one must not wait for two
// megabytes to be cleared.
TEST(Growth, MemoryOfALargeFleet_IsAskedForInHugePages_AndThatOfASmallOneIsNot) {
    if (tests_another_build() || !TLM_HUGE_PAGES) GTEST_SKIP() << "its memory is the system's malloc's";
    const Fleet small(20);
    small.tlm({"plan"});
    EXPECT_EQ(small.huge_bytes(), 0U);
    const Fleet large(5000);
    large.tlm({"plan", "--quiet"});
    EXPECT_GE(large.huge_bytes(), std::uint64_t{8} << 20U);
}

// 60 requests a second, 120 at once.
TEST(Growth, ApplyAtTheServersLimits_WithinTheBurst_WastesNoRequest) {
    const Fleet fleet(30, SimulatorOptions());
    fleet.tlm({"apply", "--yes", "--quiet"});
    EXPECT_EQ(fleet.stat("writes"), writes(fleet.size));
    EXPECT_EQ(fleet.stat("reads"), reads(fleet.size));
    EXPECT_EQ(fleet.stat("throttled"), 0U);
}

TEST(Growth, ApplyAtTheServersLimits_ThatAreInTheSettings_WastesNoRequest) {
    const Fleet fleet(60, SimulatorOptions());
    fleet.project.write(".env", "AGAMEMNON_RATE_LIMIT_RPS=58\nAGAMEMNON_RATE_LIMIT_BURST=115\n");
    fleet.tlm({"apply", "--yes", "--quiet"});
    EXPECT_EQ(fleet.stat("writes"), writes(fleet.size));
    EXPECT_EQ(fleet.stat("reads"), reads(fleet.size));
    EXPECT_EQ(fleet.stat("throttled"), 0U);
}

// The server does not tell its limits; what shows them are 429s. What is in flight with the first of them
// gets one, too, and the next comes once the rate is known.
TEST(Growth, ApplyAtTheServersLimits_ThatNobodyKnows_RepeatsOnlyWhatWasPutOff) {
    const Fleet fleet(60, SimulatorOptions());
    fleet.tlm({"apply", "--yes", "--quiet", "--parallelism", "4"});
    EXPECT_EQ(fleet.stat("requests"), writes(fleet.size) + reads(fleet.size) + fleet.stat("throttled"));
    EXPECT_LE(fleet.stat("throttled"), 2U * 4);
}

}  // namespace
}  // namespace tlm::test
