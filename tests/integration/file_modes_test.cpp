// Whatever the umask, what tlm makes for itself is for its owner only; and no link in the place of one of its
// files makes it write to somebody else's.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <csignal>

#include "tests/integration/fixture.h"

namespace tlm::test {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

unsigned mode_of(const fs::path& path) {
    struct stat status {};
    return lstat(path.c_str(), &status) == 0 ? status.st_mode & 07777U : 0U;
}

class UnderUmask : public testing::TestWithParam<const char*> {
  protected:
    UnderUmask() { project.write("workflows/pair.yaml", kPair); }
    Finished tlm(const std::string& arguments) const {
        return run_process(
            {"/bin/sh", "-c", fmt::format("umask {}; exec {} {}", GetParam(), tested_program(), arguments)},
            project.environment, project.directory.string());
    }
    void expect_private(const fs::path& directory) const {
        EXPECT_EQ(mode_of(directory), 0700U) << directory;
        for (const auto& entry : fs::recursive_directory_iterator(directory)) {
            EXPECT_EQ(mode_of(entry.path()), entry.is_directory() ? 0700U : 0600U) << entry.path();
        }
    }
    Project project;
};

TEST_P(UnderUmask, StateSandboxAndBackup_AreForTheOwnerOnly) {
    const Finished finished = tlm("apply --yes --state .tlm/deep/er/state.db");
    ASSERT_EQ(finished.exit_code, 0) << finished.out << finished.err;
    ASSERT_TRUE(project.exists(".tlm/sandbox.db"));
    expect_private(project.directory / ".tlm");
    const Finished backup = tlm("state backup copy.db --state .tlm/deep/er/state.db");
    ASSERT_EQ(backup.exit_code, 0) << backup.err;
    EXPECT_EQ(mode_of(project.directory / "copy.db"), 0600U);
}

TEST_P(UnderUmask, LogsOfARunThatWasKilled_AreForTheOwnerOnly) {
    const Server server;
    server.attach(project);
    server.fault("POST", "/v1/agents", R"({"kind":"hang_after"})", 2);
    const Finished killed = run_process(
        {"/bin/sh", "-c", fmt::format("umask {}; exec {} apply --yes", GetParam(), tested_program())},
        project.environment, project.directory.string(), [&](int pid) {
            // Bounded by the run's own time-out.
            while (server.stat("agents") < 2) {
            }
            kill(pid, SIGKILL);
        });
    EXPECT_EQ(killed.exit_code, 128 + SIGKILL);
    ASSERT_TRUE(project.exists(".tlm/state.db-wal"));
    ASSERT_TRUE(project.exists(".tlm/state.db-shm"));
    expect_private(project.directory / ".tlm");
    EXPECT_EQ(tlm("apply --yes").exit_code, 0);
}

// A plan is made to be committed and read by others, and holds no secret: the umask decides.
TEST_P(UnderUmask, PlanFile_IsAsTheUmaskSays) {
    ASSERT_EQ(tlm("plan --out p.json").exit_code, 0);
    const auto umask = static_cast<unsigned>(std::stoul(GetParam(), nullptr, 8));
    EXPECT_EQ(mode_of(project.directory / "p.json"), 0666U & ~umask);
}

INSTANTIATE_TEST_SUITE_P(Of, UnderUmask, testing::Values("0000", "0022", "0077", "0777"),
                         [](const auto& umask) { return std::string(umask.param); });

class LinkInThePlace : public testing::Test {
  protected:
    LinkInThePlace() {
        project.write("workflows/pair.yaml", kPair);
        project.write("precious", kText);
    }
    void link(const std::string& place) const {
        fs::create_directories((project.directory / place).parent_path());
        fs::create_symlink(project.directory / "precious", project.directory / place);
    }
    void expect_unharmed() const { EXPECT_EQ(project.read("precious"), kText); }

    static constexpr const char* kText = "Somebody's letter\n";
    Project project;
};

TEST_F(LinkInThePlace, OfTheState_IsRefused) {
    link(".tlm/state.db");
    const Finished finished = project.tlm({"apply", "--yes"});
    EXPECT_EQ(finished.exit_code, 1);
    EXPECT_THAT(finished.err, HasSubstr(".tlm/state.db: can't use the state: it is a symbolic link"));
    expect_unharmed();
}

// As images have them: an empty authorized_keys would be a state with whatever a workflow says in it.
TEST_F(LinkInThePlace, OfAnEmptyFile_IsNeverFilled) {
    for (const char* place : {".tlm/state.db", ".tlm/sandbox.db"}) {
        project.write("precious", "");
        fs::remove_all(project.directory / ".tlm");
        link(place);
        for (const char* verb : {"plan", "apply"}) {
            const Finished finished =
                verb == std::string("plan") ? project.tlm({"plan"}) : project.tlm({"apply", "--yes"});
            EXPECT_NE(finished.exit_code, 0) << place << verb;
            EXPECT_THAT(finished.err, AllOf(HasSubstr(place), HasSubstr("it is a symbolic link"))) << verb;
        }
        EXPECT_EQ(project.read("precious"), "") << place;
    }
}

TEST_F(LinkInThePlace, OfTheWholeDirectory_IsRefusedAndNothingIsMadeThere) {
    fs::create_directory(project.directory / "elsewhere");
    fs::create_directory_symlink("elsewhere", project.directory / ".tlm");
    for (const std::vector<std::string>& arguments : {std::vector<std::string>{"plan"},
                                                      {"apply", "--yes"},
                                                      {"state", "list"},
                                                      {"state", "lock"},
                                                      {"drift"}}) {
        const Finished finished = project.tlm(arguments);
        EXPECT_NE(finished.exit_code, 0) << arguments.front();
        EXPECT_THAT(finished.err, HasSubstr("symbolic link")) << arguments.front();
    }
    EXPECT_TRUE(fs::is_empty(project.directory / "elsewhere"));
}

TEST_F(LinkInThePlace, OfAnEmptyStateThatIsAFile_IsFilledWhereItIsBelowTheDirectoryOrNamed) {
    fs::create_directories(project.directory / "home");
    project.write("home/keys", "");
    project.write("work/workflows/pair.yaml", kPair);
    project.write("work/.env", "TLM_STATE=../home/keys\n");
    project.write("work/.tlm/state.db", "");
    project.directory /= "work";
    EXPECT_NE(project.tlm({"plan"}).exit_code, 0) << "a file of the directory names it";
    EXPECT_EQ(fs::file_size(project.directory / "../home/keys"), 0U);
    EXPECT_EQ(project.tlm({"apply", "--yes", "--state", "../home/keys"}).exit_code, 0);
    EXPECT_EQ(mode_of(project.directory / "../home/keys"), 0600U);
    fs::remove(project.directory / ".env");
    EXPECT_EQ(project.tlm({"apply", "--yes"}).exit_code, 0);
    EXPECT_EQ(mode_of(project.directory / ".tlm/state.db"), 0600U);
    project.directory = project.directory.parent_path();
}

// The content of a state is in files beside it too, which a container that mounts one file loses.
TEST_F(LinkInThePlace, OfAMount_SaysToMountTheDirectory) {
    project.write(".tlm/state.db", "");
    project.write("shared.db", "");
    const Finished finished = run_process(
        {"/bin/sh", "-c",
         fmt::format(
             "unshare -m sh -c 'mount --bind shared.db .tlm/state.db || exit 77; exec {} apply --yes'",
             tested_program())},
        project.environment, project.directory.string());
    if (finished.exit_code == 77 || finished.err.find("unshare") != std::string::npos)
        GTEST_SKIP() << "mounts are not possible here";
    EXPECT_EQ(finished.exit_code, 1) << finished.err;
    EXPECT_THAT(finished.err,
                AllOf(HasSubstr("mount point"), HasSubstr("Mount the directory that holds it")));
    EXPECT_EQ(project.read("shared.db"), "");
}

TEST_F(LinkInThePlace, OfTheLock_IsRefused) {
    link(".tlm/state.db.lock");
    const Finished finished = project.tlm({"apply", "--yes"});
    EXPECT_EQ(finished.exit_code, 1);
    EXPECT_THAT(finished.err, HasSubstr("state.db.lock: can't lock the state: its lock is a link"));
    EXPECT_THAT(project.tlm({"state", "lock"}).err, HasSubstr("its lock is a link"));
    expect_unharmed();
}

TEST_F(LinkInThePlace, OfTheStatesLogs_IsRefusedOrRemoved) {
    for (const bool state_exists : {false, true}) {
        for (const char* place : {".tlm/state.db-wal", ".tlm/state.db-shm"}) {
            fs::remove_all(project.directory / ".tlm");
            if (state_exists) {
                ASSERT_EQ(project.tlm({"apply", "--yes"}).exit_code, 0);
            }
            link(place);
            const Finished finished = project.tlm({"apply", "--yes"});
            if (finished.exit_code != 0) {
                EXPECT_EQ(finished.exit_code, 1) << place << finished.out << finished.err;
                EXPECT_THAT(finished.err,
                            AllOf(HasSubstr(place), HasSubstr("can't use the state: it is a symbolic link")));
            }
            expect_unharmed();
        }
    }
}

TEST_F(LinkInThePlace, OfTheSandbox_IsRefused) {
    link(".tlm/sandbox.db");
    const Finished finished = project.tlm({"apply", "--yes"});
    EXPECT_EQ(finished.exit_code, 9) << finished.out << finished.err;
    EXPECT_THAT(finished.err, HasSubstr("sandbox.db: can't use the sandbox: it is a symbolic link"));
    expect_unharmed();
}

TEST_F(LinkInThePlace, OfThePlanFile_IsReplacedAndNotFollowed) {
    link("p.json");
    ASSERT_EQ(project.tlm({"plan", "--out", "p.json"}).exit_code, 0);
    expect_unharmed();
    EXPECT_FALSE(fs::is_symlink(project.directory / "p.json"));
    EXPECT_EQ(project.tlm({"apply", "p.json", "--yes"}).exit_code, 0);
}

TEST_F(LinkInThePlace, OfTheBackup_IsRefused) {
    ASSERT_EQ(project.tlm({"apply", "--yes"}).exit_code, 0);
    link("copy.db");
    fs::create_symlink(project.directory / "nowhere", project.directory / "dangling.db");
    for (const char* copy : {"copy.db", "dangling.db"}) {
        const Finished finished = project.tlm({"state", "backup", copy});
        EXPECT_EQ(finished.exit_code, 3);
        EXPECT_THAT(finished.err, HasSubstr("exists already"));
    }
    expect_unharmed();
    EXPECT_FALSE(project.exists("nowhere"));
}

}  // namespace
}  // namespace tlm::test
