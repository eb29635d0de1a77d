#include "cmd/child_process.h"

#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>

namespace tlm::cmd {
namespace {

Error cant(std::string_view what, int cause) {
    return fail(ErrorCode::internal, fmt::format("can't {}: {}", what, std::strerror(cause)));
}

// A file in memory. With files on both sides neither process ever waits for the other to read or write.
class MemoryFile {
  public:
    explicit MemoryFile(const char* name) : fd_(memfd_create(name, MFD_CLOEXEC)) {}
    MemoryFile(const MemoryFile&) = delete;
    MemoryFile& operator=(const MemoryFile&) = delete;
    ~MemoryFile() {
        if (fd_ >= 0) close(fd_);
    }
    [[nodiscard]] int fd() const { return fd_; }

    [[nodiscard]] bool fill(std::string_view text) const {
        while (!text.empty()) {
            const ssize_t n = write(fd_, text.data(), text.size());
            if (n < 0 && errno == EINTR) continue;
            if (n < 0) return false;
            text.remove_prefix(static_cast<std::size_t>(n));
        }
        return lseek(fd_, 0, SEEK_SET) == 0;
    }

    [[nodiscard]] std::string content() const {
        const off_t size = lseek(fd_, 0, SEEK_END);
        std::string text(size > 0 ? static_cast<std::size_t>(size) : 0, '\0');
        std::size_t have = 0;
        while (have < text.size()) {
            const ssize_t n = pread(fd_, text.data() + have, text.size() - have, static_cast<off_t>(have));
            if (n < 0 && errno == EINTR) continue;
            if (n <= 0) break;
            have += static_cast<std::size_t>(n);
        }
        text.resize(have);
        return text;
    }

  private:
    int fd_;
};

// Starts it with its three streams and with the signals that we ignore as they usually are. Gives errno.
int spawn(pid_t& pid, const std::vector<std::string>& command, const MemoryFile& in, const MemoryFile& out,
          const MemoryFile& err) {
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, in.fd(), STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&files, out.fd(), STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&files, err.fd(), STDERR_FILENO);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    sigset_t usual;
    sigemptyset(&usual);
    sigaddset(&usual, SIGPIPE);
    sigaddset(&usual, SIGXFSZ);
    posix_spawnattr_setsigdefault(&attributes, &usual);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);

    std::vector<std::string> words = command;
    std::vector<char*> argv;
    for (std::string& word : words)
        argv.push_back(word.data());
    argv.push_back(nullptr);
    const char* path = std::getenv("PATH");
    std::string path_entry = fmt::format("PATH={}", path == nullptr ? "/usr/bin:/bin" : path);
    std::array<char*, 2> environment = {path_entry.data(), nullptr};

    const int cause =
        posix_spawnp(&pid, words.front().c_str(), &files, &attributes, argv.data(), environment.data());
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&files);
    return cause;
}

// Whether it ended by itself in time.
bool ends_within(int pidfd, std::chrono::milliseconds limit) {
    const auto deadline = std::chrono::steady_clock::now() + limit;
    pollfd watched = {pidfd, POLLIN, 0};
    for (;;) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
            deadline - std::chrono::steady_clock::now());
        const int ready = poll(&watched, 1, static_cast<int>(std::max<std::int64_t>(left.count(), 0)));
        if (ready > 0) return true;
        if (ready == 0 || errno != EINTR) return false;
    }
}

}  // namespace

Result<ChildOutcome> run_child(const std::vector<std::string>& command, std::string_view input,
                               std::chrono::seconds limit) {
    const MemoryFile in("in");
    const MemoryFile out("out");
    const MemoryFile err("err");
    if (in.fd() < 0 || out.fd() < 0 || err.fd() < 0 || !in.fill(input))
        return cant("make a file in memory", errno);

    pid_t pid = -1;
    ChildOutcome outcome;
    if (const int cause = spawn(pid, command, in, out, err); cause != 0) {
        if (cause != ENOENT && cause != EACCES && cause != ENOTDIR)
            return cant(fmt::format("start {}", command.front()), cause);
        outcome.end = ChildOutcome::End::not_found;
        return outcome;
    }
    // Should this process be killed meanwhile, the other one still comes to an end.
    const auto seconds = static_cast<rlim_t>(limit.count());
    const rlimit most = {seconds, seconds + 1};
    prlimit(pid, RLIMIT_CPU, &most, nullptr);

    // Not by its wrapper: glibc 2.36 declares that without extern "C".
    const auto pidfd = static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
    const int watch_fault = errno;
    const bool ended = pidfd >= 0 && ends_within(pidfd, limit);
    if (pidfd >= 0) close(pidfd);
    if (!ended) kill(pid, SIGKILL);
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    if (pidfd < 0) return cant(fmt::format("watch {}", command.front()), watch_fault);

    outcome.end = !ended              ? ChildOutcome::End::timed_out
                  : WIFEXITED(status) ? ChildOutcome::End::exited
                                      : ChildOutcome::End::signalled;
    outcome.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
    outcome.out = out.content();
    outcome.err = err.content();
    return outcome;
}

}  // namespace tlm::cmd
