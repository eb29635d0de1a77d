#include "state/state_lock.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>

#include "state/state_file.h"
#include "tests/state/temporary_directory.h"

namespace tlm {
namespace {

using std::chrono::milliseconds;
using testing::AllOf;
using testing::HasSubstr;

// Another process, which says a word to the test and hears one from it.
class OtherProcess {
  public:
    explicit OtherProcess(const std::function<int(OtherProcess&)>& body) {
        if (::pipe(to_child_.data()) != 0 || ::pipe(to_parent_.data()) != 0) std::abort();
        child_ = ::fork();
        if (child_ == 0) {
            std::swap(to_child_, to_parent_);
            ::_exit(body(*this));
        }
        ::close(to_child_[0]);
        ::close(to_parent_[1]);
    }
    OtherProcess(const OtherProcess&) = delete;
    OtherProcess& operator=(const OtherProcess&) = delete;
    ~OtherProcess() {
        if (child_ > 0) {
            ::kill(child_, SIGKILL);
            static_cast<void>(wait());
        }
        ::close(to_child_[1]);
        ::close(to_parent_[0]);
    }
    void say(char word) const { EXPECT_EQ(::write(to_child_[1], &word, 1), 1); }
    // The other side's next word, or 0 where it has died.
    [[nodiscard]] char hear() const {
        char word = 0;
        return ::read(to_parent_[0], &word, 1) == 1 ? word : '\0';
    }
    void kill() {
        ::kill(child_, SIGKILL);
        static_cast<void>(wait());
    }
    [[nodiscard]] int wait() {
        int status = -1;
        ::waitpid(std::exchange(child_, -1), &status, 0);
        return status;
    }
    [[nodiscard]] pid_t pid() const { return child_; }

  private:
    // In the child these are swapped, so that both sides say and hear with the same code.
    std::array<int, 2> to_child_{};
    std::array<int, 2> to_parent_{};
    pid_t child_ = -1;
};

class StateLockTest : public testing::Test {
  protected:
    [[nodiscard]] Result<StateLock> acquire(const std::string& doing,
                                            milliseconds timeout = milliseconds(0)) const {
        return StateLock::acquire(OwnFile(path_, true), doing, timeout);
    }
    [[nodiscard]] std::optional<LockHolder> holder() const { return StateLock::holder(path_).value(); }
    // Takes the lock, says so, and holds it until it is told to stop.
    [[nodiscard]] int hold(const OtherProcess& test) const {
        const auto lock = acquire("apply of\nplan.json");
        test.say(lock ? 'y' : 'n');
        return test.hear() == 's' ? 0 : 1;
    }

    TemporaryDirectory directory_;
    std::string path_ = directory_.file("deep/state.db");
};

TEST_F(StateLockTest, Holder_NobodyEverLocked_IsNobodyAndCreatesNothing) {
    EXPECT_FALSE(holder().has_value());
    EXPECT_TRUE(directory_.empty());
}

TEST_F(StateLockTest, Acquire_Free_RecordsThisProcessForTheOwnerOnly) {
    const mode_t before = ::umask(077);
    const auto lock = acquire("apply");
    ::umask(before);
    ASSERT_TRUE(lock.has_value());
    const auto found = holder();
    ASSERT_TRUE(found.has_value());
    EXPECT_EQ(found->pid, ::getpid());
    EXPECT_EQ(found->doing, "apply");
    EXPECT_NE(found->user, "");
    EXPECT_NE(found->host, "");
    EXPECT_THAT(found->since, testing::MatchesRegex("....-..-..T..:..:..\\....Z"));
    EXPECT_EQ(mode_of(path_), 0600U);
    EXPECT_EQ(mode_of(path_ + ".lock"), 0600U);
    EXPECT_EQ(mode_of(directory_.file("deep")), 0700U);
}

TEST_F(StateLockTest, Acquire_HeldByAnotherProcess_NamesItAndSaysHowToWait) {
    OtherProcess other([this](OtherProcess& test) { return hold(test); });
    ASSERT_EQ(other.hear(), 'y');
    const auto lock = acquire("destroy");
    ASSERT_FALSE(lock.has_value());
    EXPECT_EQ(lock.error().code, ErrorCode::locked);
    EXPECT_EQ(lock.error().where, path_);
    const LockHolder found = holder().value_or(LockHolder());
    EXPECT_EQ(found.pid, other.pid());
    EXPECT_THAT(lock.error().message,
                AllOf(HasSubstr(found.user + " on " + found.host), HasSubstr(found.since),
                      HasSubstr(std::to_string(other.pid())), HasSubstr("apply of")));
    EXPECT_THAT(lock.error().hints.front(), HasSubstr("--lock-timeout"));
    other.say('s');
    EXPECT_EQ(other.wait(), 0);
    EXPECT_FALSE(holder().has_value());
    EXPECT_TRUE(acquire("destroy").has_value());
}

TEST_F(StateLockTest, Acquire_HolderWasKilled_SucceedsAndItsRecordIsForgotten) {
    OtherProcess other([this](OtherProcess& test) { return hold(test); });
    ASSERT_EQ(other.hear(), 'y');
    ASSERT_FALSE(acquire("apply").has_value());
    other.kill();
    EXPECT_GT(std::filesystem::file_size(path_ + ".lock"), 0U) << "the dead holder's record must be there";
    EXPECT_FALSE(holder().has_value());
    const auto lock = acquire("mine");
    ASSERT_TRUE(lock.has_value());
    EXPECT_EQ(holder()->doing, "mine");
}

TEST_F(StateLockTest, Acquire_HolderLetsGoWhileWaiting_GetsTheLock) {
    OtherProcess holder([this](OtherProcess& test) { return hold(test); });
    ASSERT_EQ(holder.hear(), 'y');
    OtherProcess waiter([this](OtherProcess& test) {
        test.say('w');
        const auto lock = acquire("waiting", std::chrono::minutes(5));
        test.say(lock ? 'y' : 'n');
        return 0;
    });
    ASSERT_EQ(waiter.hear(), 'w');
    holder.say('s');
    EXPECT_EQ(waiter.hear(), 'y');
}

TEST_F(StateLockTest, Acquire_TwiceInOneProcess_IsRefused) {
    const auto first = acquire("first");
    ASSERT_TRUE(first.has_value());
    EXPECT_EQ(acquire("second").error().code, ErrorCode::locked);
}

TEST_F(StateLockTest, Acquire_ByAnotherNameOfTheSameFile_IsRefused) {
    const auto first = acquire("first");
    ASSERT_TRUE(first.has_value());
    std::filesystem::create_directory_symlink(directory_.file("deep"), directory_.file("alias"));
    const auto second =
        StateLock::acquire(directory_.file("alias/../deep/./state.db"), "second", milliseconds(0));
    EXPECT_FALSE(second.has_value());
    EXPECT_FALSE(
        StateLock::acquire(directory_.file("alias/state.db"), "second", milliseconds(0)).has_value());
}

TEST_F(StateLockTest, Move_KeepsTheLockAndDestructionEndsIt) {
    {
        auto first = acquire("first");
        ASSERT_TRUE(first.has_value());
        const StateLock moved = std::move(first.value());
        EXPECT_TRUE(holder().has_value());
    }
    EXPECT_FALSE(holder().has_value());
}

// Somebody locks what earlier releases lock, and nothing else.
class EarlierRelease {
  public:
    explicit EarlierRelease(const std::string& path, const std::string& record)
        : fd_(::open(path.c_str(), O_RDWR | O_CREAT, 0644)) {
        struct flock lock {};
        lock.l_type = F_WRLCK;
        lock.l_whence = SEEK_SET;
        EXPECT_EQ(::fcntl(fd_, F_OFD_SETLK, &lock), 0);
        EXPECT_EQ(::write(fd_, record.data(), record.size()), static_cast<ssize_t>(record.size()));
    }
    EarlierRelease(const EarlierRelease&) = delete;
    EarlierRelease& operator=(const EarlierRelease&) = delete;
    ~EarlierRelease() { ::close(fd_); }

  private:
    int fd_;
};

TEST_F(StateLockTest, Acquire_HeldByAnEarlierRelease_IsRefusedAndNamesItsRecord) {
    ASSERT_TRUE(acquire("first").has_value());
    {
        const EarlierRelease other(path_ + ".lock",
                                   "{\"user\":\"ann\",\"host\":\"h\",\"pid\":7,\"doing\":\"x\"}\n");
        const auto lock = acquire("second");
        ASSERT_FALSE(lock.has_value());
        EXPECT_THAT(lock.error().message, HasSubstr("ann on h (pid 7)"));
        ASSERT_TRUE(holder().has_value());
        EXPECT_EQ(holder()->user, "ann");
    }
    EXPECT_FALSE(holder().has_value());
    EXPECT_TRUE(acquire("second").has_value());
}

TEST_F(StateLockTest, Holder_RecordOfAnEarlierReleaseIsNonsense_IsSomebodyUnknown) {
    ASSERT_TRUE(acquire("first").has_value());
    for (const std::string record : {"nonsense\n", "[1]\n", "{\"pid\":\"x\",\"user\":7}\n"}) {
        std::filesystem::remove(path_ + ".lock");
        const EarlierRelease other(path_ + ".lock", record);
        EXPECT_EQ(holder(), LockHolder());
        EXPECT_THAT(acquire("second").error().message, HasSubstr("(unknown)"));
    }
}

// A lock file that anyone may read can be locked by anyone.
TEST_F(StateLockTest, Acquire_LockFileThatOthersMayRead_BecomesPrivate) {
    ASSERT_TRUE(acquire("first").has_value());
    ASSERT_EQ(::chmod((path_ + ".lock").c_str(), 0644), 0);
    ASSERT_TRUE(acquire("second").has_value());
    EXPECT_EQ(mode_of(path_ + ".lock"), 0600U);
}

TEST_F(StateLockTest, Acquire_LockFileOfAnotherUser_IsRefused) {
    if (::geteuid() != 0) GTEST_SKIP() << "only root can give a file away";
    ASSERT_TRUE(acquire("first").has_value());
    ASSERT_EQ(::chown((path_ + ".lock").c_str(), 12345, 12345), 0);
    const auto lock = acquire("second");
    ASSERT_FALSE(lock.has_value());
    EXPECT_EQ(lock.error().code, ErrorCode::state);
    EXPECT_THAT(lock.error().message, HasSubstr("belongs to another user"));
}

// SQLite's own locks on the file must outlive every descriptor that was opened for ours: a checkpoint by
// another process would otherwise take the log away from under an open state.
TEST_F(StateLockTest, AcquireAndHolder_WhileAStateIsOpen_LeaveSqlitesLocksAlone) {
    auto lock = acquire("first");
    ASSERT_TRUE(lock.has_value());
    const auto state = StateFile::open(OwnFile(path_, true), "https://a.example", StateMode::write);
    ASSERT_TRUE(state.has_value());
    ASSERT_TRUE(state.value()->begin_run("apply", "").has_value());
    EXPECT_TRUE(holder().has_value());
    EXPECT_FALSE(acquire("second").has_value());
    { const StateLock ended = std::move(lock.value()); }
    EXPECT_FALSE(holder().has_value());
    // Another process that opens the state and closes it is the last one only if it sees no lock of ours.
    OtherProcess other([this](OtherProcess&) {
        return StateFile::open(OwnFile(path_, true), "https://a.example", StateMode::write).has_value() ? 0
                                                                                                        : 1;
    });
    EXPECT_EQ(other.wait(), 0);
    EXPECT_TRUE(std::filesystem::exists(path_ + "-wal"));
    EXPECT_TRUE(state.value()->end_run("done", {}).has_value());
}

// The same file by a path that no resolving of links shows to be the same.
TEST_F(StateLockTest, Acquire_OfOneFileByTwoPaths_IsRefused) {
    const auto first = acquire("first");
    ASSERT_TRUE(first.has_value());
    std::filesystem::create_directory(directory_.file("mounted"));
    if (::unshare(CLONE_NEWNS) != 0 || ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        ::mount(directory_.file("deep").c_str(), directory_.file("mounted").c_str(), nullptr, MS_BIND,
                nullptr) != 0) {
        GTEST_SKIP() << "mounts are not possible here";
    }
    const auto second =
        StateLock::acquire(OwnFile(directory_.file("mounted/state.db"), true), "second", milliseconds(0));
    ::umount(directory_.file("mounted").c_str());
    ASSERT_FALSE(second.has_value());
    EXPECT_EQ(second.error().code, ErrorCode::locked);
}

TEST_F(StateLockTest, Acquire_LockFileReplacedMeanwhile_StillExcludesWhoeverUsesThePath) {
    const auto first = acquire("first");
    ASSERT_TRUE(first.has_value());
    std::filesystem::remove(path_ + ".lock");
    EXPECT_FALSE(acquire("second").has_value()) << "the state itself is locked";
    std::filesystem::rename(path_, path_ + ".old");
    const auto third = acquire("third");
    ASSERT_TRUE(third.has_value());
    EXPECT_FALSE(acquire("fourth").has_value());
}

TEST_F(StateLockTest, Acquire_LinkInTheLocksPlace_IsRefusedAndWhatItStandsForIsUnharmed) {
    const std::string precious = directory_.file("precious");
    std::ofstream(precious) << "text";
    ASSERT_TRUE(acquire("apply").has_value());
    for (const bool symbolic : {true, false}) {
        std::filesystem::remove(path_ + ".lock");
        if (symbolic) {
            std::filesystem::create_symlink(precious, path_ + ".lock");
        } else {
            std::filesystem::create_hard_link(precious, path_ + ".lock");
        }
        const auto lock = acquire("apply");
        ASSERT_FALSE(lock.has_value()) << symbolic;
        EXPECT_EQ(lock.error().code, ErrorCode::state);
        EXPECT_EQ(std::filesystem::file_size(precious), 4U) << symbolic;
    }
}

}  // namespace
}  // namespace tlm
