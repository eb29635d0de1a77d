#include <gmock/gmock.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

#include "tests/providers/sandbox/sandbox_fixture.h"

namespace tlm {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

class SandboxFileTest : public SandboxTest {
  protected:
    void tamper(const std::string& sql) const {
        sqlite3* handle = nullptr;
        ASSERT_EQ(sqlite3_open(path_.c_str(), &handle), SQLITE_OK);
        EXPECT_EQ(sqlite3_exec(handle, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK)
            << sqlite3_errmsg(handle);
        sqlite3_close(handle);
    }
    void expect_refused(const std::string& words) const {
        const auto sandbox = Sandbox::open(OwnFile(path_, true));
        ASSERT_FALSE(sandbox.has_value());
        EXPECT_EQ(sandbox.error().code, ErrorCode::unreachable);
        EXPECT_EQ(sandbox.error().where, path_);
        EXPECT_THAT(sandbox.error().message, HasSubstr(words));
    }
    [[nodiscard]] static unsigned mode_of(const std::filesystem::path& path) {
        struct stat status {};
        return ::stat(path.c_str(), &status) == 0 ? status.st_mode & 0777U : 0U;
    }
    // What the body returns in another process, or a signal's number above 1000.
    template <typename Body>
    static int in_another_process(Body body) {
        const pid_t child = ::fork();
        if (child == 0) ::_exit(body());
        int status = 0;
        if (::waitpid(child, &status, 0) != child) return -1;
        return WIFSIGNALED(status) ? 1000 + WTERMSIG(status) : WEXITSTATUS(status);
    }
};

TEST_F(SandboxFileTest, Read_MissingFile_IsAnEmptyFleetAndCreatesNothing) {
    const auto sandbox = open();
    const auto fleet = sandbox->read_fleet();
    ASSERT_TRUE(fleet.has_value());
    EXPECT_THAT(fleet.value().resources, IsEmpty());
    EXPECT_TRUE(fleet.value().consistent);
    EXPECT_THAT(find_one(*sandbox, Kind::agent, "a", {}), IsEmpty());
    EXPECT_THAT(sandbox->wait(kForever), IsEmpty());
    EXPECT_TRUE(std::filesystem::is_empty(directory_));
}

TEST_F(SandboxFileTest, Read_FileCreatedMeanwhileByAnother_IsSeen) {
    const auto early = open();
    made(*open(), Kind::agent, CreateCall{"a", {}, {}});
    EXPECT_EQ(by_name(*early).size(), 1U);
}

TEST_F(SandboxFileTest, FirstWrite_UnderOpenUmask_CreatesForTheOwnerOnly) {
    const mode_t before = ::umask(0);
    const auto sandbox = open();
    made(*sandbox, Kind::agent, CreateCall{"a", {}, {}});
    ::umask(before);
    EXPECT_EQ(mode_of(path_), 0600U);
    EXPECT_EQ(mode_of(path_ + "-wal"), 0600U);
    EXPECT_EQ(mode_of(path_ + "-shm"), 0600U);
    EXPECT_EQ(mode_of(directory_ / "deep"), 0700U);
}

TEST_F(SandboxFileTest, Open_OtherDatabase_IsRefusedAndWritesNothing) {
    path_ = (directory_ / "other.db").string();
    tamper("CREATE TABLE resources(x)");
    expect_refused("something else");
    tamper("DROP TABLE resources; PRAGMA application_id = 77");
    expect_refused("something else");
}

TEST_F(SandboxFileTest, Open_NewerVersion_IsRefused) {
    made(*open(), Kind::agent, CreateCall{"a", {}, {}});
    tamper("PRAGMA user_version = 2");
    expect_refused("newer tlm (version 2)");
}

TEST_F(SandboxFileTest, Open_SchemaThatIsNotOurs_IsDamage) {
    made(*open(), Kind::agent, CreateCall{"a", {}, {}});
    tamper("CREATE TRIGGER t AFTER INSERT ON resources BEGIN DELETE FROM resources; END");
    expect_refused("it is damaged (it has a trigger `t` that tlm did not make)");
    tamper("DROP TRIGGER t; ALTER TABLE resources RENAME TO r; CREATE VIEW resources AS SELECT * FROM r");
    expect_refused("it has no table `resources`");
}

TEST_F(SandboxFileTest, Open_FileThatIsNoDatabase_IsRefused) {
    path_ = (directory_ / "fleet.db").string();
    std::ofstream(path_) << std::string(5000, 'x');
    expect_refused("damaged, or not a sandbox");
}

TEST_F(SandboxFileTest, Open_EmptyPath_IsRefused) {
    EXPECT_FALSE(Sandbox::open("").has_value());
}

TEST_F(SandboxFileTest, Read_RowThatMakesNoSense_IsAnError) {
    const LiveResource agent = made(*open(), Kind::agent, CreateCall{"a", {}, {}});
    tamper("UPDATE resources SET attributes = '[]'");
    const auto fleet = open()->read_fleet();
    ASSERT_FALSE(fleet.has_value());
    EXPECT_EQ(fleet.error().code, ErrorCode::unreachable);
    EXPECT_THAT(fleet.error().message, HasSubstr(agent.id.text()));
}

TEST_F(SandboxFileTest, Submit_PlaceCantBeMade_IsNotSentWithPathAndCause) {
    path_ = (directory_ / "file/fleet.db").string();
    const auto sandbox = open();
    std::ofstream(directory_ / "file") << "";
    const CallOutcome outcome = carry_out(*sandbox, Kind::agent, CreateCall{"a", {}, {}});
    ASSERT_TRUE(std::holds_alternative<CallNotSent>(outcome));
    EXPECT_THAT(std::get<CallNotSent>(outcome).reason, HasSubstr(path_));
    EXPECT_THAT(std::get<CallNotSent>(outcome).reason, HasSubstr("Not a directory"));
}

// A call that fails takes those of its transaction with it; none of them may then count as done.
TEST_F(SandboxFileTest, Submit_OneCallOfAGroupFails_NoneOfTheGroupIsDone) {
    const auto sandbox = open();
    made(*sandbox, Kind::agent, CreateCall{"before", {}, {}});
    tamper(
        "CREATE TRIGGER refuse BEFORE INSERT ON resources WHEN new.name = 'bad'"
        " BEGIN SELECT RAISE(ABORT, 'no room'); END");
    submit(*sandbox, Kind::agent, CreateCall{"good", {}, {}});
    submit(*sandbox, Kind::agent, CreateCall{"bad", {}, {}});
    submit(*sandbox, Kind::agent, CreateCall{"after", {}, {}});
    const auto completions = sandbox->wait(kForever);
    ASSERT_EQ(completions.size(), 3U);
    EXPECT_TRUE(std::holds_alternative<CallNotSent>(completions[0].outcome));
    EXPECT_TRUE(std::holds_alternative<CallNotSent>(completions[1].outcome));
    EXPECT_TRUE(std::holds_alternative<CallDone>(completions[2].outcome));
    const auto fleet = by_name(*sandbox);
    EXPECT_TRUE(fleet.contains("before"));
    EXPECT_TRUE(fleet.contains("after"));
    EXPECT_EQ(fleet.size(), 2U);
}

TEST_F(SandboxFileTest, FirstWrite_SeveralProcessesAtOnce_AllSucceed) {
    std::vector<pid_t> children;
    for (int i = 0; i < 4; ++i) {
        const pid_t child = ::fork();
        if (child == 0) {
            const CallOutcome outcome = carry_out(*open(), Kind::agent, CreateCall{"a", {}, {}});
            ::_exit(std::holds_alternative<CallDone>(outcome) ? 0 : 1);
        }
        children.push_back(child);
    }
    for (const pid_t child : children) {
        int status = 0;
        ASSERT_EQ(::waitpid(child, &status, 0), child);
        EXPECT_EQ(status, 0);
    }
    EXPECT_EQ(find_one(*open(), Kind::agent, "a", {}).size(), 4U);
}

TEST_F(SandboxFileTest, Wait_ProcessKilledRightAfter_LosesNothing) {
    const int result = in_another_process([this] {
        const auto sandbox = open();
        submit(*sandbox, Kind::agent, CreateCall{"a", {}, {}});
        submit(*sandbox, Kind::agent, CreateCall{"b", {}, {}});
        static_cast<void>(sandbox->wait(kForever));
        submit(*sandbox, Kind::agent, CreateCall{"c", {}, {}});
        ::raise(SIGKILL);
        return 0;
    });
    EXPECT_EQ(result, 1000 + SIGKILL);
    EXPECT_EQ(by_name(*open()).size(), 2U);
}

// Someone who may read the file and write nowhere. Root may write everywhere, so that the child becomes
// someone else.
TEST_F(SandboxFileTest, Read_NothingIsWritable_ReadsWithoutProgress) {
    path_ = (directory_ / "fleet.db").string();
    task(*open(), "s");
    for (const mode_t directory_mode : {mode_t{0555}, mode_t{0777}}) {
        ASSERT_EQ(::chmod(path_.c_str(), 0444), 0);
        ASSERT_EQ(::chmod(directory_.c_str(), directory_mode), 0);
        const int result = in_another_process([this] {
            if (::geteuid() == 0 && ::setuid(65534) != 0) return 2;
            const auto sandbox = Sandbox::open(OwnFile(path_, true));
            if (!sandbox) return 3;
            for (int read = 0; read < 2; ++read) {
                const auto fleet = sandbox.value()->read_fleet();
                if (!fleet || fleet.value().resources.size() != 1) return 4;
                if (fleet.value().resources.front().attributes.text(Attribute::status) != "pending") return 5;
            }
            const CallOutcome outcome = carry_out(*sandbox.value(), Kind::agent, CreateCall{"a", {}, {}});
            return std::holds_alternative<CallNotSent>(outcome) ? 0 : 6;
        });
        ASSERT_EQ(::chmod(directory_.c_str(), 0700), 0);
        EXPECT_EQ(result, 0);
    }
}

}  // namespace
}  // namespace tlm
