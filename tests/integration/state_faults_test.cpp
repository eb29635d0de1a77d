// What can go wrong with the state: a disk that fills up or breaks at any moment, a file that can't be
// written or read, a clock that goes back. The run says what and where, and what to do; what can't be used is
// left as it is; nothing is sent that the journal does not hold; and once the cause is mended, one more run
// leaves the fleet as planned.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <fstream>
#include <set>

#include "state/state_file.h"
#include "tests/reliability/rich_fleet.h"
#include "tests/support/paths.h"

namespace tlm::test {
namespace {

namespace fs = std::filesystem;
using testing::AnyOf;
using testing::HasSubstr;
using testing::IsEmpty;

std::map<std::string, std::string> contents(const fs::path& directory) {
    std::map<std::string, std::string> files;
    for (const auto& entry : fs::recursive_directory_iterator(directory)) {
        if (!entry.is_regular_file()) continue;
        std::ostringstream text;
        text << std::ifstream(entry.path(), std::ios::binary).rdbuf();
        files[entry.path().filename().string()] = text.str();
    }
    return files;
}

// The program runs on a machine that does as it is told.
void use_faulty_machine(Project& project) {
    project.environment["LD_PRELOAD"] = faulty_machine();
    project.environment["ASAN_OPTIONS"] = "verify_asan_link_order=0";
}

// ---- the disk

class Disk : public RichFleet {
  protected:
    Disk() { use_faulty_machine(project_); }

    // The scenario's command on a disk that fails from the n-th change on.
    Finished run_on_bad_disk(int fault, long allowed, bool once) {
        auto& environment = project_.environment;
        environment["TLM_TEST_DISK_FAULT"] = std::to_string(fault);
        environment["TLM_TEST_DISK_CALLS"] = std::to_string(allowed);
        environment["TLM_TEST_DISK_COUNT"] = (project_.directory / "count").string();
        if (once) environment["TLM_TEST_DISK_ONCE"] = "1";
        const Finished finished = project_.tlm(GetParam().command);
        for (const char* name : {"FAULT", "CALLS", "COUNT", "ONCE"})
            environment.erase(std::string("TLM_TEST_DISK_") + name);
        return finished;
    }

    long calls_made() const {
        const std::string count = project_.read("count");
        return count.empty() ? 0 : std::stol(count);
    }

    // Requests that change something and of which the journal knows nothing.
    std::vector<std::string> sent_without_an_entry() {
        std::set<std::string> known;
        const auto state =
            StateFile::open((project_.directory / ".tlm/state.db").string(), server_.url(), StateMode::read);
        if (state) {
            const auto runs = state.value()->runs().value();
            for (const RunRecord& run : runs) {
                const auto entries = state.value()->entries(run.id).value();
                for (const JournalEntry& entry : entries)
                    known.insert(fmt::format("{}-{}", run.id, entry.intent.id.value));
            }
        }
        std::vector<std::string> unknown;
        const auto requests = server_.admin("GET", "/requests");
        for (const auto& request : requests["requests"].GetArray()) {
            const std::string method = request["method"].GetString();
            if (method == "GET" || known.contains(request["request_id"].GetString())) continue;
            unknown.push_back(method + " " + request["path"].GetString());
        }
        return unknown;
    }

    void fail_everywhere(int fault, bool once) {
        prepare(GetParam());
        if (HasFatalFailure()) return;
        restore();
        ASSERT_EQ(run_on_bad_disk(fault, 1'000'000, once).exit_code, 0);
        const long total = calls_made();
        ASSERT_GT(total, 30);
        int failed = 0;
        for (long allowed = 0; allowed <= total && !HasFailure(); allowed += stride()) {
            restore();
            const Finished bad = run_on_bad_disk(fault, allowed, once);
            const std::string what =
                fmt::format("after {} of {} calls\n{}{}", allowed, total, bad.out, bad.err);
            ASSERT_THAT(bad.exit_code, AnyOf(0, 1)) << what;
            EXPECT_THAT(sent_without_an_entry(), IsEmpty()) << what;
            if (bad.exit_code == 1) {
                ++failed;
                EXPECT_THAT(bad.err, HasSubstr(".tlm/state.db")) << what;
                EXPECT_THAT(bad.err, AnyOf(HasSubstr("full"), HasSubstr("No space"),
                                           HasSubstr("disk I/O error"), HasSubstr("Input/output error")))
                    << what;
                EXPECT_THAT(bad.err, HasSubstr("  next: ")) << what;
                EXPECT_THAT(project_.tlm({"state", "check"}).exit_code, AnyOf(0, 3)) << what;
            }
            // Where it ended well, once more would be another --force.
            const Finished again =
                bad.exit_code == 1 ? project_.tlm(GetParam().command) : Finished{0, {}, {}};
            EXPECT_EQ(again.exit_code, 0) << what << again.out << again.err;
            expect_as_planned(GetParam(), what + again.out + again.err);
        }
        EXPECT_GT(failed * stride(), 20);
        RecordProperty("failed", failed);
    }
};

TEST_P(Disk, FullAtEveryMoment_SaysSoAndOneMoreRunLeavesTheFleetAsPlanned) {
    fail_everywhere(ENOSPC, false);
}

TEST_P(Disk, BrokenForOneCallAtEveryMoment_SaysSoAndOneMoreRunLeavesTheFleetAsPlanned) {
    fail_everywhere(EIO, true);
}

const Scenario kSmallCreate = {"Create", nullptr, kPair, {"apply", "--yes"}, {{kPair}, {}}};
const Scenario kSmallForce = {
    "Force", kPair, kPair, {"apply", "--yes", "--force"}, {{kPair}, {{"agent", 2}, {"team", 1}}}};

INSTANTIATE_TEST_SUITE_P(In, Disk, testing::Values(kSmallCreate, kSmallForce),
                         [](const auto& scenario) { return std::string(scenario.param.name); });

// ---- the file

class StateFault : public testing::Test {
  protected:
    StateFault() {
        server.attach(project);
        project.write("workflows/w.yaml", kPair);
    }

    void apply_once() {
        const Finished finished = project.tlm({"apply", "--yes"});
        ASSERT_EQ(finished.exit_code, 0) << finished.out << finished.err;
        server.reset_stats();
    }

    // From now on an apply has something to do.
    void edit() {
        std::string edited = kPair;
        edited.replace(edited.find("m1"), 2, "m2");
        project.write("workflows/w.yaml", edited);
        expected.workflows = {edited};
    }

    void expect_refused(const std::vector<std::string>& command, const std::string& named,
                        const std::string& because) {
        const Finished finished = project.tlm(command);
        const std::string what = command[0] + "\n" + finished.out + finished.err;
        EXPECT_EQ(finished.exit_code, 1) << what;
        EXPECT_THAT(finished.err, HasSubstr(named)) << what;
        EXPECT_THAT(finished.err, HasSubstr(because)) << what;
        EXPECT_THAT(finished.err, HasSubstr("  next: ")) << what;
        EXPECT_EQ(server.stat("writes"), 0) << what;
    }

    // By every command that reads the state, which stays as it is.
    void expect_unusable(const std::string& because) {
        const auto before = contents(project.directory / ".tlm");
        for (const auto& command : std::vector<std::vector<std::string>>{{"apply", "--yes"},
                                                                         {"destroy", "--yes"},
                                                                         {"plan"},
                                                                         {"drift"},
                                                                         {"log"},
                                                                         {"state", "list"},
                                                                         {"state", "check"},
                                                                         {"state", "backup", "copy.db"}}) {
            expect_refused(command, ".tlm/state.db", because);
        }
        EXPECT_EQ(contents(project.directory / ".tlm"), before);
        EXPECT_FALSE(project.exists("copy.db"));
    }

    // As the message says: the file is moved away, and a new state finds everything by its keys.
    void expect_rebuilt_without_a_create() {
        fs::rename(state(), project.directory / "damaged");
        fs::remove(project.directory / ".tlm/state.db-wal");
        fs::remove(project.directory / ".tlm/state.db-shm");
        const Finished finished = project.tlm({"apply", "--yes"});
        EXPECT_EQ(finished.exit_code, 0) << finished.out << finished.err;
        expect_as_planned();
    }
    void expect_as_planned() {
        EXPECT_THAT(wrong_with(server, project, expected), IsEmpty());
        EXPECT_FALSE(server.admin("GET", "/stats")["by_route"].HasMember("POST /v1/agents"));
        EXPECT_FALSE(server.admin("GET", "/stats")["by_route"].HasMember("POST /v1/teams"));
    }

    fs::path state() const { return project.directory / ".tlm/state.db"; }
    void overwrite(std::streamoff at, const std::string& bytes) const {
        std::fstream file(state(), std::ios::binary | std::ios::in | std::ios::out);
        file.seekp(at);
        file << bytes;
    }

    Server server;
    Project project;
    Expectation expected{{kPair}, {}};
};

TEST_F(StateFault, HeaderOverwritten_IsRefusedLeftAloneAndRebuiltByKey) {
    apply_once();
    overwrite(0, std::string(100, 'x'));
    expect_unusable("it is damaged, or not a state file");
    expect_rebuilt_without_a_create();
}

TEST_F(StateFault, Text_IsRefusedLeftAloneAndRebuiltByKey) {
    apply_once();
    project.write(".tlm/state.db",
                  "Somebody's notes, which are longer than a header of SQLite would be ........"
                  "..............................................");
    expect_unusable("it is damaged, or not a state file");
    expect_rebuilt_without_a_create();
}

TEST_F(StateFault, NewerVersion_IsRefusedAndLeftAlone) {
    apply_once();
    overwrite(60, std::string("\0\0\0\x63", 4));
    expect_unusable("newer tlm: it has version 99");
    expect_rebuilt_without_a_create();
}

TEST_F(StateFault, OfAnotherProgram_IsRefusedAndLeftAlone) {
    apply_once();
    overwrite(68, "ABCD");
    expect_unusable("another program");
    expect_rebuilt_without_a_create();
}

TEST_F(StateFault, DirectoryInItsPlace_IsRefused) {
    apply_once();
    fs::remove(state());
    fs::create_directory(state());
    expect_unusable("can't use the state");
    expect_rebuilt_without_a_create();
}

TEST_F(StateFault, Empty_IsRebuiltByKey) {
    apply_once();
    fs::resize_file(state(), 0);
    const Finished finished = project.tlm({"apply", "--yes"});
    EXPECT_EQ(finished.exit_code, 0) << finished.out << finished.err;
    EXPECT_EQ(server.stat("writes"), 0);
    expect_as_planned();
}

TEST_F(StateFault, Lost_IsRebuiltByKey) {
    apply_once();
    fs::remove_all(project.directory / ".tlm");
    const Finished finished = project.tlm({"apply", "--yes"});
    EXPECT_EQ(finished.exit_code, 0) << finished.out << finished.err;
    EXPECT_EQ(server.stat("writes"), 0);
    expect_as_planned();
}

// (To SQLite a single byte is an empty file.)
TEST_F(StateFault, Truncated_IsRefusedAndRebuiltByKey) {
    apply_once();
    const auto whole = contents(project.directory / ".tlm").at("state.db");
    for (const std::size_t size : {std::size_t{50}, std::size_t{100}, std::size_t{4095}, std::size_t{4096},
                                   whole.size() / 2, whole.size() - 4096}) {
        edit();
        project.write(".tlm/state.db", whole.substr(0, size));
        const Finished finished = project.tlm({"apply", "--yes"});
        const std::string what =
            fmt::format("{} of {}\n{}{}", size, whole.size(), finished.out, finished.err);
        ASSERT_EQ(finished.exit_code, 1) << what;
        EXPECT_THAT(finished.err, HasSubstr(".tlm/state.db: can't use the state: ")) << what;
        EXPECT_THAT(finished.err, HasSubstr("  next: Move the file away")) << what;
        EXPECT_EQ(project.tlm({"state", "check"}).exit_code, 1) << what;
        EXPECT_EQ(server.stat("writes"), 0) << what;
    }
    expect_rebuilt_without_a_create();
}

// A damaged page is found when something needs it, which may be in the middle of the run.
TEST_F(StateFault, AnyPageOverwritten_NothingIsMadeTwiceAndItIsRebuiltByKey) {
    apply_once();
    edit();
    const auto whole = contents(project.directory / ".tlm").at("state.db");
    int refused = 0;
    for (std::size_t page = 1; page * 4096 < whole.size() && !HasFailure(); ++page) {
        project.write(".tlm/state.db", whole);
        overwrite(static_cast<std::streamoff>(page * 4096), std::string(4096, '\xA5'));
        const Finished finished = project.tlm({"apply", "--yes"});
        const std::string what = fmt::format("page {}\n{}{}", page, finished.out, finished.err);
        ASSERT_THAT(finished.exit_code, AnyOf(0, 1)) << what;
        if (finished.exit_code == 1) {
            ++refused;
            EXPECT_THAT(finished.err, HasSubstr(".tlm/state.db: can't use the state: ")) << what;
            EXPECT_THAT(finished.err, HasSubstr("  next: Move the file away")) << what;
        }
        expect_rebuilt_without_a_create();
    }
    EXPECT_GT(refused, 3);
}

TEST_F(StateFault, LogOfAnotherState_NothingIsMadeTwiceAndItIsRebuiltByKey) {
    // SQLite takes a log beside a file for that file's own: nothing in it says otherwise.
    Project other;
    other.environment = project.environment;
    other.write("workflows/o.yaml", "metadata: {name: other}\nagents: [{name: a}]\nteams: []\n");
    server.fault("POST", "/v1/agents", R"({"kind":"hang_after"})");
    EXPECT_EQ(other.tlm_with_signal({"apply", "--yes"}, SIGKILL, [&] { return server.stat("agents") == 1; })
                  .exit_code,
              128 + SIGKILL);
    ASSERT_TRUE(other.exists(".tlm/state.db-wal"));
    static_cast<void>(server.admin("POST", "/forget"));
    apply_once();
    edit();
    fs::copy_file(other.directory / ".tlm/state.db-wal", project.directory / ".tlm/state.db-wal");
    const Finished finished = project.tlm({"apply", "--yes"});
    ASSERT_THAT(finished.exit_code, AnyOf(0, 1)) << finished.out << finished.err;
    expect_rebuilt_without_a_create();
}

TEST_F(StateFault, LockThatIsNoFile_IsRefused) {
    fs::create_directories(project.directory / ".tlm/state.db.lock");
    expect_refused({"apply", "--yes"}, ".tlm/state.db.lock", "can't lock the state");
    EXPECT_EQ(fs::file_size(state()), 0U);
}

TEST_F(StateFault, PlaceThatCannotBe_IsRefused) {
    for (const char* path : {"workflows/w.yaml/state.db", "/proc/nowhere/state.db", "/dev/null/x"}) {
        expect_refused({"apply", "--yes", "--state", path}, std::string(path).substr(0, 9), "can't ");
    }
}

// Root may write to anything: it is run without that privilege.
class ReadOnlyState : public StateFault {
  protected:
    Finished unprivileged(const std::vector<std::string>& arguments) {
        std::vector<std::string> command;
        if (geteuid() == 0) command = {"/usr/bin/setpriv", "--bounding-set=-all", "--inh-caps=-all"};
        command.emplace_back(tested_program());
        command.insert(command.end(), arguments.begin(), arguments.end());
        return run_process(command, project.environment, project.directory.string());
    }
    void SetUp() override {
        if (geteuid() == 0 && !fs::exists("/usr/bin/setpriv"))
            GTEST_SKIP() << "as root without setpriv, permissions do not bind";
        apply_once();
        edit();
    }
    void TearDown() override { chmod((project.directory / ".tlm").c_str(), 0700); }

    void expect_nothing_applied_and_plan_to_work() {
        const auto before = contents(project.directory / ".tlm");
        const Finished refused = unprivileged({"apply", "--yes"});
        EXPECT_EQ(refused.exit_code, 1) << refused.out << refused.err;
        EXPECT_THAT(refused.err, HasSubstr(".tlm/state.db"));
        EXPECT_THAT(refused.err, HasSubstr("  next: Check the permissions"));
        EXPECT_EQ(server.stat("writes"), 0);
        const Finished plan = unprivileged({"plan"});
        EXPECT_EQ(plan.exit_code, 0) << plan.err;
        EXPECT_THAT(plan.out, HasSubstr("1 to update"));
        EXPECT_EQ(contents(project.directory / ".tlm").at("state.db"), before.at("state.db"));
    }
};

TEST_F(ReadOnlyState, File_IsRefusedByApplyAndReadByPlan) {
    chmod(state().c_str(), 0400);
    expect_nothing_applied_and_plan_to_work();
}

TEST_F(ReadOnlyState, Directory_IsRefusedByApplyAndReadByPlan) {
    chmod((project.directory / ".tlm").c_str(), 0500);
    expect_nothing_applied_and_plan_to_work();
}

TEST_F(ReadOnlyState, Lock_IsRefusedByApply) {
    chmod((project.directory / ".tlm/state.db.lock").c_str(), 0444);
    const Finished refused = unprivileged({"apply", "--yes"});
    EXPECT_EQ(refused.exit_code, 1) << refused.out << refused.err;
    EXPECT_THAT(refused.err, HasSubstr(".tlm/state.db.lock: can't lock the state: Permission denied"));
    EXPECT_THAT(refused.err, HasSubstr("  next: Check the permissions"));
    EXPECT_EQ(server.stat("writes"), 0);
}

// The limit's signal would end the process, with a core, in the middle of a commit.
TEST_F(StateFault, FileMayNotGrow_SaysSoAndOneMoreRunLeavesTheFleetAsPlanned) {
    for (const int blocks : {0, 1, 8, 16, 40, 80, 160}) {
        fs::remove_all(project.directory / ".tlm");
        static_cast<void>(server.admin("POST", "/forget"));
        const Finished limited = run_process(
            {"/bin/sh", "-c", fmt::format("ulimit -f {}; exec {} apply --yes", blocks, tested_program())},
            project.environment, project.directory.string());
        ASSERT_EQ(limited.exit_code, 1) << blocks << limited.out << limited.err;
        EXPECT_THAT(limited.err, HasSubstr(".tlm/state.db"));
        EXPECT_THAT(limited.err, HasSubstr("File too large"));
        EXPECT_THAT(limited.err, HasSubstr("  next: "));
        const Finished again = project.tlm({"apply", "--yes"});
        EXPECT_EQ(again.exit_code, 0) << blocks << again.out << again.err;
        EXPECT_THAT(wrong_with(server, project, expected), IsEmpty()) << blocks;
    }
}

// ---- the clock

TEST_F(StateFault, ClockGoesBackBetweenTwoRuns_ChangesNothing) {
    use_faulty_machine(project);
    project.environment["TLM_TEST_CLOCK_SHIFT"] = "864000";
    apply_once();
    project.environment["TLM_TEST_CLOCK_SHIFT"] = "-864000";
    EXPECT_EQ(project.tlm({"plan", "--detailed-exitcode"}).exit_code, 0);
    edit();
    const Finished finished = project.tlm({"apply", "--yes"});
    EXPECT_EQ(finished.exit_code, 0) << finished.out << finished.err;
    EXPECT_EQ(server.stat("writes"), 1);
    EXPECT_THAT(wrong_with(server, project, expected), IsEmpty());
    // The newest first: in the order in which they were, and not by what the clock said.
    const std::string log = project.tlm({"log"}).out;
    EXPECT_THAT(log.substr(0, log.find('\n')), HasSubstr("1 call"));
}

TEST_F(StateFault, ClockGoesBackWithinARun_ChangesNothing) {
    use_faulty_machine(project);
    for (int looks = 0; looks < 20 && !HasFailure(); ++looks) {
        fs::remove_all(project.directory / ".tlm");
        static_cast<void>(server.admin("POST", "/forget"));
        project.environment["TLM_TEST_CLOCK_JUMP"] = std::to_string(looks);
        const Finished finished = project.tlm({"apply", "--yes"});
        EXPECT_EQ(finished.exit_code, 0) << looks << finished.out << finished.err;
        EXPECT_THAT(wrong_with(server, project, expected), IsEmpty()) << looks;
    }
}

}  // namespace
}  // namespace tlm::test
