#include "cmd/child_process.h"

#include <fcntl.h>
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

// Starts it with its three streams and with the signals that we ignore as they usually are. Gives errno.
int spawn(pid_t& pid, std::vector<std::string> command, int in, int out, int err) {
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, in, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&files, err, STDERR_FILENO);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    sigset_t usual;
    sigemptyset(&usual);
    sigaddset(&usual, SIGPIPE);
    sigaddset(&usual, SIGXFSZ);
    posix_spawnattr_setsigdefault(&attributes, &usual);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);

    std::vector<char*> argv;
    for (std::string& word : command)
        argv.push_back(word.data());
    argv.push_back(nullptr);
    const char* path = std::getenv("PATH");
    std::string path_entry = fmt::format("PATH={}", path == nullptr ? "/usr/bin:/bin" : path);
    std::array<char*, 2> environment = {path_entry.data(), nullptr};

    const int cause =
        posix_spawnp(&pid, command.front().c_str(), &files, &attributes, argv.data(), environment.data());
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&files);
    return cause;
}

}  // namespace

// A file in memory, for its output: it never waits for this process to read it.
class Child::MemoryFile {
  public:
    explicit MemoryFile(const char* name) : fd_(memfd_create(name, MFD_CLOEXEC)) {}
    MemoryFile(const MemoryFile&) = delete;
    MemoryFile& operator=(const MemoryFile&) = delete;
    ~MemoryFile() {
        if (fd_ >= 0) close(fd_);
    }
    [[nodiscard]] int fd() const { return fd_; }

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

Child::Child(std::vector<std::string> command, std::chrono::seconds limit)
    : program_(command.front()),
      limit_(limit),
      out_(std::make_unique<MemoryFile>("out")),
      err_(std::make_unique<MemoryFile>("err")) {
    std::array<int, 2> pipe_ends = {-1, -1};
    if (out_->fd() < 0 || err_->fd() < 0 || pipe2(pipe_ends.data(), O_CLOEXEC) != 0) {
        fault_ = errno;
        return;
    }
    in_ = pipe_ends[1];
    fcntl(in_, F_SETFL, O_NONBLOCK);
    fault_ = spawn(pid_, std::move(command), pipe_ends[0], out_->fd(), err_->fd());
    close(pipe_ends[0]);
    if (fault_ != 0) {
        pid_ = -1;
        return;
    }
    // Should this process be killed meanwhile, the other one still comes to an end.
    const auto seconds = static_cast<rlim_t>(limit.count());
    const rlimit most = {seconds, seconds + 1};
    prlimit(pid_, RLIMIT_CPU, &most, nullptr);
    // Not by its wrapper: glibc 2.36 declares that without extern "C".
    pidfd_ = static_cast<int>(syscall(SYS_pidfd_open, pid_, 0));
    if (pidfd_ < 0) fault_ = errno;
}

Child::~Child() {
    if (in_ >= 0) close(in_);
    if (pid_ > 0) {
        kill(pid_, SIGKILL);
        reap();
    }
    if (pidfd_ >= 0) close(pidfd_);
}

// Its status.
int Child::reap() {
    int status = 0;
    while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
    return status;
}

// Hands the input over as it is taken, and waits for the end. Whether that came by itself and in time.
bool Child::feed(std::string_view input) {
    const auto deadline = std::chrono::steady_clock::now() + limit_;
    for (;;) {
        if (input.empty() && in_ >= 0) {
            close(in_);
            in_ = -1;
        }
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
            deadline - std::chrono::steady_clock::now());
        std::array<pollfd, 2> watched = {pollfd{pidfd_, POLLIN, 0}, pollfd{in_, POLLOUT, 0}};
        const int ready =
            poll(watched.data(), watched.size(), static_cast<int>(std::max<std::int64_t>(left.count(), 0)));
        if (ready < 0 && errno == EINTR) continue;
        if (ready <= 0) return false;
        if (watched[0].revents != 0) return true;
        const ssize_t n = write(in_, input.data(), input.size());
        if (n >= 0) {
            input.remove_prefix(static_cast<std::size_t>(n));
        } else if (errno != EAGAIN && errno != EINTR) {
            input = {};  // it takes no more, and may go on without
        }
    }
}

Result<ChildOutcome> Child::finish(std::string_view input) {
    ChildOutcome outcome;
    if (pid_ < 0 && (fault_ == ENOENT || fault_ == EACCES || fault_ == ENOTDIR)) {
        outcome.end = ChildOutcome::End::not_found;
        return outcome;
    }
    if (fault_ != 0) return cant(fmt::format("{} {}", pid_ < 0 ? "start" : "watch", program_), fault_);
    const bool ended = feed(input);
    if (!ended) kill(pid_, SIGKILL);
    const int status = reap();
    outcome.end = !ended              ? ChildOutcome::End::timed_out
                  : WIFEXITED(status) ? ChildOutcome::End::exited
                                      : ChildOutcome::End::signalled;
    outcome.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
    outcome.out = out_->content();
    outcome.err = err_->content();
    return outcome;
}

Result<ChildOutcome> run_child(const std::vector<std::string>& command, std::string_view input,
                               std::chrono::seconds limit) {
    return Child(command, limit).finish(input);
}

}  // namespace tlm::cmd
