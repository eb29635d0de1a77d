#include "cmd/confinement.h"

#include <dirent.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <optional>
#include <thread>

#include "cmd/child_process.h"

namespace tlm::cmd {
namespace {

namespace fs = std::filesystem;

// What a call gave: OK, or the name of its error.
std::string named(long result) {
    return result >= 0 ? "OK" : strerrorname_np(errno);
}

std::string opened(const fs::path& path, int flags = O_RDONLY) {
    const int fd = open(path.c_str(), flags | O_CLOEXEC, 0600);
    std::string result = named(fd);
    if (fd >= 0) close(fd);
    return result;
}

class Confined : public testing::Test {
  protected:
    Confined() {
        std::string pattern = (fs::temp_directory_path() / "tlm-confined-XXXXXX").string();
        directory = mkdtemp(pattern.data());
        fs::create_directories(directory / "named/below");
        for (const char* file : {"named/a", "named/below/b", "file", "other"})
            std::ofstream(directory / file) << "x";
    }
    ~Confined() override { fs::remove_all(directory); }

    // What `tried` says in a process of its own after it was confined. Nothing where the kernel can't do what
    // the test is about.
    std::optional<std::string> confined(bool Confinement::*needed, const std::vector<std::string>& readable,
                                        const std::function<std::string()>& tried) const {
        std::array<int, 2> ends{};
        if (pipe2(ends.data(), O_CLOEXEC) != 0) return std::nullopt;
        const pid_t pid = fork();
        if (pid == 0) {
            const Confinement confinement = confine(readable);
            const std::string said = confinement.*needed ? tried() : "";
            _exit(confinement.*needed && write(ends[1], said.data(), said.size()) >= 0 ? 0 : 1);
        }
        close(ends[1]);
        std::string said;
        std::array<char, 4096> part{};
        for (ssize_t n = 0; (n = read(ends[0], part.data(), part.size())) > 0;)
            said.append(part.data(), static_cast<std::size_t>(n));
        close(ends[0]);
        int status = -1;
        waitpid(pid, &status, 0);
        if (WIFEXITED(status) && WEXITSTATUS(status) == 1) return std::nullopt;
        EXPECT_EQ(status, 0);
        return said;
    }
    fs::path directory;
};

#define TLM_NEEDS(said, what)                                \
    if (!(said)) GTEST_SKIP() << "this kernel has no " what; \
    static_cast<void>(0)

TEST_F(Confined, ReadsWhatWasNamedAndAllBelowIt) {
    const auto said = confined(&Confinement::files, {directory / "named", directory / "file"}, [&] {
        DIR* const listed = opendir((directory / "named").c_str());
        if (listed != nullptr) closedir(listed);
        return opened(directory / "named/a") + opened(directory / "named/below/b") +
               opened(directory / "file") + (listed != nullptr ? "OK" : "no list");
    });
    TLM_NEEDS(said, "Landlock");
    EXPECT_EQ(*said, "OKOKOKOK");
}

TEST_F(Confined, ReadsNothingElse) {
    fs::create_symlink("../other", directory / "named/link");
    const auto said = confined(&Confinement::files, {directory / "named", directory / "file"}, [&] {
        return opened(directory / "other") + " " + opened(directory / "named/link") + " " +
               opened("/etc/passwd") + " " + opened(directory, O_RDONLY | O_DIRECTORY) + " " +
               opened("/dev/null");
    });
    TLM_NEEDS(said, "Landlock");
    EXPECT_EQ(*said, "EACCES EACCES EACCES EACCES EACCES");
}

TEST_F(Confined, WritesNothing) {
    const auto said = confined(&Confinement::files, {directory / "named"}, [&] {
        const std::string a = directory / "named/a";
        return opened(a, O_WRONLY) + " " + opened(a, O_RDWR) + " " + opened(a, O_RDONLY | O_TRUNC) + " " +
               opened(directory / "named/new", O_WRONLY | O_CREAT) + " " + named(unlink(a.c_str())) + " " +
               named(rename(a.c_str(), (directory / "named/c").c_str())) + " " +
               named(mkdir((directory / "named/d").c_str(), 0700)) + " " +
               named(symlink("a", (directory / "named/e").c_str()));
    });
    TLM_NEEDS(said, "Landlock");
    EXPECT_EQ(*said, "EACCES EACCES EACCES EACCES EACCES EACCES EACCES EACCES");
    EXPECT_EQ(fs::file_size(directory / "named/a"), 1U);
}

TEST_F(Confined, ChangesNoModesOwnersAndSizes) {
    const auto said = confined(&Confinement::calls, {directory}, [&] {
        const std::string file = directory / "file";
        return named(chmod(file.c_str(), 0777)) + " " + named(chown(file.c_str(), getuid(), getgid())) + " " +
               named(truncate(file.c_str(), 0)) + " " + named(utimensat(AT_FDCWD, file.c_str(), nullptr, 0)) +
               " " + named(syscall(452, AT_FDCWD, file.c_str(), 0777, 0));  // fchmodat2
    });
    TLM_NEEDS(said, "seccomp");
    EXPECT_EQ(*said, "EPERM EPERM EPERM EPERM EPERM");
}

// What a message says of a file that is not there, or is no directory, stays what it is.
TEST_F(Confined, OtherErrors_StayAsTheyAre) {
    const auto said = confined(&Confinement::files, {directory / "nowhere", directory / "file"}, [&] {
        return opened(directory / "nowhere") + " " + opened(directory / "file/x") + " " +
               opened(directory / "file", O_RDONLY | O_DIRECTORY) + " " +
               (fs::is_regular_file(directory / "other") ? "seen" : "not seen");
    });
    TLM_NEEDS(said, "Landlock");
    EXPECT_EQ(*said, "ENOENT ENOTDIR ENOTDIR seen");
}

TEST_F(Confined, HasNoNetwork) {
    const auto said = confined(&Confinement::calls, {}, [] {
        return named(socket(AF_INET, SOCK_STREAM, 0)) + " " + named(socket(AF_INET6, SOCK_DGRAM, 0)) + " " +
               named(socket(AF_UNIX, SOCK_STREAM, 0)) + " " + named(socket(AF_NETLINK, SOCK_RAW, 0)) + " " +
               named(syscall(SYS_io_uring_setup, 1, nullptr));
    });
    TLM_NEEDS(said, "seccomp");
    EXPECT_EQ(*said, "EPERM EPERM EPERM EPERM EPERM");
}

TEST_F(Confined, AlsoInThreadsThatAreStartedLater) {
    const auto said = confined(&Confinement::calls, {}, [] {
        std::string result;
        std::thread([&] { result = named(socket(AF_INET, SOCK_STREAM, 0)); }).join();
        return result;
    });
    TLM_NEEDS(said, "seccomp");
    EXPECT_EQ(*said, "EPERM");
}

TEST_F(Confined, StillSharesWorkAmongAllProcessors) {
    const auto said =
        confined(&Confinement::files, {}, [] { return std::to_string(std::thread::hardware_concurrency()); });
    TLM_NEEDS(said, "Landlock");
    EXPECT_EQ(*said, std::to_string(std::thread::hardware_concurrency()));
}

TEST_F(Confined, GetsNoNewPrivileges) {
    const auto said = confined(&Confinement::calls, {}, [] {
        return std::to_string(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0)) + std::to_string(prctl(PR_GET_SECCOMP));
    });
    TLM_NEEDS(said, "seccomp");
    EXPECT_EQ(*said, "1" + std::to_string(SECCOMP_MODE_FILTER));
}

TEST_F(Confined, StartsNoProgramAndReadsNoOtherProcess) {
    const auto said = confined(&Confinement::calls, {"/"}, [] {
        std::array<char*, 1> none = {nullptr};
        return named(execve("/bin/true", none.data(), none.data())) + " " +
               named(process_vm_readv(getppid(), nullptr, 0, nullptr, 0, 0));
    });
    TLM_NEEDS(said, "seccomp");
    EXPECT_EQ(*said, "EPERM EPERM");
}

// As `dot`, which is started first.
TEST_F(Confined, ProgramThatWasStartedBefore_IsNotConfinedAndCanBeFed) {
    const auto said = confined(&Confinement::files, {}, [] { return std::string(); });
    TLM_NEEDS(said, "Landlock");
    EXPECT_EXIT(
        {
            Child child({"sh", "-c", "read -r file; cat \"$file\""}, std::chrono::seconds(60));
            confine({});
            const auto outcome = child.finish((directory / "other").string() + "\n");
            const bool read = outcome && outcome.value().out == "x";
            _exit(read && opened(directory / "other") == "EACCES" ? 0 : 1);
        },
        testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace tlm::cmd
