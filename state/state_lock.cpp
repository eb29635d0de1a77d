#include "state/state_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <thread>
#include <utility>

#include "state/opening.h"
#include "storage/private_file.h"

namespace tlm {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

enum class Attempt { taken, held, replaced };

class FileDescriptor {
  public:
    explicit FileDescriptor(int fd) : fd_(fd) {}
    FileDescriptor(const FileDescriptor&) = delete;
    FileDescriptor& operator=(const FileDescriptor&) = delete;
    ~FileDescriptor() {
        if (fd_ >= 0) ::close(fd_);
    }
    [[nodiscard]] int get() const { return fd_; }
    [[nodiscard]] int release() { return std::exchange(fd_, -1); }

  private:
    int fd_;
};

Result<std::string> lock_path(const OwnFile& state) {
    auto file = storage::locate(state.path);
    if (!file) return state::unusable(file.error());
    return file.value() + ".lock";
}

Error cannot_lock(const std::string& path, int cause) {
    const bool full = cause == ENOSPC || cause == EDQUOT || cause == EFBIG;
    return fail(ErrorCode::state, "can't lock the state: " + std::generic_category().message(cause), path,
                {full ? "Free space on the disk and run the command again."
                      : "Check the permissions of the file and of its directory, or choose another place "
                        "with `--state` or TLM_STATE."});
}

struct flock whole_file() {
    struct flock lock {};
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    return lock;
}

// The path may have got a new file since `fd` was opened: then a lock on the old one excludes nobody.
bool is_at_path(int fd, const std::string& path) {
    struct stat opened {};
    struct stat named {};
    return ::fstat(fd, &opened) == 0 && ::stat(path.c_str(), &named) == 0 && opened.st_dev == named.st_dev &&
           opened.st_ino == named.st_ino;
}

Result<Attempt> try_lock(int fd, const std::string& path) {
    struct flock lock = whole_file();
    if (::fcntl(fd, F_OFD_SETLK, &lock) != 0) {
        if (errno == EAGAIN || errno == EACCES) return Attempt::held;
        return cannot_lock(path, errno);
    }
    return is_at_path(fd, path) ? Attempt::taken : Attempt::replaced;
}

// A record that would not fit is not ours.
std::string first_line(int fd) {
    std::array<char, 4096> buffer{};
    const ssize_t count = ::pread(fd, buffer.data(), buffer.size(), 0);
    const std::string text(buffer.data(), count > 0 ? static_cast<std::size_t>(count) : 0);
    return text.substr(0, text.find('\n'));
}

// The holder takes the lock a moment before it writes its record.
LockHolder read_holder(int fd) {
    constexpr int kTries = 20;
    for (int i = 0; i < kTries; ++i) {
        const std::string line = first_line(fd);
        if (!line.empty()) return state::from_record(line);
        std::this_thread::sleep_for(milliseconds(1));
    }
    return {};
}

Result<void> write_record(int fd, const std::string& path, const std::string& doing) {
    const std::string record = state::to_record(state::this_process(doing));
    if (::ftruncate(fd, 0) != 0) return cannot_lock(path, errno);
    const ssize_t written = ::pwrite(fd, record.data(), record.size(), 0);
    if (written != static_cast<ssize_t>(record.size()))
        return cannot_lock(path, written < 0 ? errno : ENOSPC);
    return success();
}

Error locked_by(int fd, const std::string& path) {
    return fail(ErrorCode::locked, "the state is locked by " + state::describe(read_holder(fd)), path,
                {"Wait for it with `--lock-timeout`, for example `--lock-timeout 60s`.",
                 "The lock ends by itself with the process that holds it; there is nothing to delete."});
}

Error not_a_lock(const std::string& path) {
    return fail(ErrorCode::state, "can't lock the state: its lock is a link, or no file", path,
                {"See who put it there, and remove it."});
}

Result<int> open_lock_file(const std::string& path) {
    // It is truncated and written to, so it must be ours alone: a link could stand for any file of the
    // user's.
    FileDescriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0644));
    if (file.get() < 0 && errno == ELOOP) return not_a_lock(path);
    if (file.get() < 0) return cannot_lock(path, errno);
    struct stat status {};
    if (::fstat(file.get(), &status) != 0) return cannot_lock(path, errno);
    if (!S_ISREG(status.st_mode) || status.st_nlink > 1) return not_a_lock(path);
    // Everyone may read who holds it, whatever the umask; only its owner can change that.
    static_cast<void>(::fchmod(file.get(), 0644));
    return file.release();
}

}  // namespace

Result<StateLock> StateLock::acquire(const OwnFile& state, const std::string& doing, milliseconds timeout) {
    constexpr milliseconds kLongestPause(500);
    BOOST_OUTCOME_TRY(path, lock_path(state));
    if (auto made = storage::create_directory_of(path); !made) return state::unusable(made.error());
    const auto deadline = steady_clock::now() + timeout;
    milliseconds pause(10);
    while (true) {
        BOOST_OUTCOME_TRY(opened, open_lock_file(path));
        FileDescriptor file(opened);
        BOOST_OUTCOME_TRY(attempt, try_lock(file.get(), path));
        if (attempt == Attempt::taken) {
            StateLock lock(file.release());
            BOOST_OUTCOME_TRYV(write_record(lock.fd_, path, doing));
            return lock;
        }
        const auto left = std::chrono::ceil<milliseconds>(deadline - steady_clock::now());
        if (left <= milliseconds::zero()) return locked_by(file.get(), path);
        std::this_thread::sleep_for(std::min(pause, left));
        pause = std::min(pause * 2, kLongestPause);
    }
}

Result<std::optional<LockHolder>> StateLock::holder(const OwnFile& state) {
    BOOST_OUTCOME_TRY(path, lock_path(state));
    const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (file.get() < 0) {
        if (errno == ENOENT || errno == ENOTDIR) return std::optional<LockHolder>();
        return errno == ELOOP ? not_a_lock(path) : cannot_lock(path, errno);
    }
    struct stat status {};
    if (::fstat(file.get(), &status) != 0) return cannot_lock(path, errno);
    if (!S_ISREG(status.st_mode)) return not_a_lock(path);
    struct flock lock = whole_file();
    if (::fcntl(file.get(), F_OFD_GETLK, &lock) != 0) return cannot_lock(path, errno);
    if (lock.l_type == F_UNLCK) return std::optional<LockHolder>();
    return std::optional<LockHolder>(read_holder(file.get()));
}

StateLock::StateLock(StateLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

StateLock& StateLock::operator=(StateLock&& other) noexcept {
    if (this != &other) {
        release();
        fd_ = std::exchange(other.fd_, -1);
    }
    return *this;
}

StateLock::~StateLock() {
    release();
}

void StateLock::release() {
    if (fd_ < 0) return;
    // Otherwise the next holder would be mistaken for this one until it has written its own record.
    [[maybe_unused]] const int emptied = ::ftruncate(fd_, 0);
    ::close(fd_);
    fd_ = -1;
}

}  // namespace tlm
