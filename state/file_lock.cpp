#include "state/file_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>
#include <utility>
#include <vector>

#include "state/storage/private_file.h"

namespace tlm::state {
namespace {

// Far above the bytes that SQLite locks, at 1 GiB, and above any size of a state.
constexpr off_t kFirstByte = off_t{1} << 40U;
constexpr off_t kBytes = off_t{1} << 40U;

Error cannot_lock(const std::string& path, int cause) {
    const bool full = cause == ENOSPC || cause == EDQUOT || cause == EFBIG;
    return fail(ErrorCode::state, "can't lock the state: " + std::generic_category().message(cause), path,
                {full ? "Free space on the disk and run the command again."
                      : "Check the permissions of the file and of its directory, or choose another place "
                        "with `--state` or TLM_STATE."});
}

Error not_a_lock(const std::string& path, std::string_view why) {
    return fail(ErrorCode::state, fmt::format("can't lock the state: its lock {}", why), path,
                {"See who put it there, and remove it."});
}

struct flock range(off_t first, off_t length) {
    struct flock lock {};
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    lock.l_start = first;
    lock.l_len = length;
    return lock;
}

bool same_file(int fd, const std::string& path) {
    struct stat opened {};
    struct stat named {};
    return ::fstat(fd, &opened) == 0 && ::lstat(path.c_str(), &named) == 0 && opened.st_dev == named.st_dev &&
           opened.st_ino == named.st_ino;
}

Result<Attempt> set_lock(int fd, struct flock lock, const std::string& path) {
    if (::fcntl(fd, F_OFD_SETLK, &lock) == 0) return Attempt::taken;
    if (errno == EAGAIN || errno == EACCES) return Attempt::held;
    return cannot_lock(path, errno);
}

Result<bool> is_locked(int fd, struct flock lock, const std::string& path) {
    if (::fcntl(fd, F_OFD_GETLK, &lock) != 0) return cannot_lock(path, errno);
    return lock.l_type != F_UNLCK;
}

// Descriptors that no lock uses at present.
struct Idle {
    int fd;
    pid_t process;  // a child shares those of its parent, and would share a lock
    bool writable;
};
std::vector<Idle>& idle() {
    static std::vector<Idle> descriptors;
    return descriptors;
}

int take_idle(const std::string& file, bool to_write) {
    for (Idle& descriptor : idle()) {
        if (descriptor.process != ::getpid() || (to_write && !descriptor.writable) ||
            !same_file(descriptor.fd, file))
            continue;
        const int fd = descriptor.fd;
        descriptor = idle().back();
        idle().pop_back();
        return fd;
    }
    return -1;
}

Result<int> checked_lock_file(int fd, const std::string& path) {
    struct stat status {};
    std::string_view why;
    if (::fstat(fd, &status) != 0) {
        why = "can't be examined";
    } else if (!S_ISREG(status.st_mode)) {
        why = "is not a regular file";
    } else if (status.st_nlink > 1) {
        why = "is a link";
    } else if (!storage::owned_by_us(status.st_uid)) {
        why = "belongs to another user";
    }
    if (why.empty()) return fd;
    ::close(fd);
    return not_a_lock(path, why);
}

Error cannot_open_lock(const std::string& path, int cause) {
    if (cause == ELOOP) return not_a_lock(path, "is a link");
    struct stat status {};
    const bool foreign =
        cause == EACCES && ::lstat(path.c_str(), &status) == 0 && !storage::owned_by_us(status.st_uid);
    return foreign ? not_a_lock(path, "belongs to another user") : cannot_lock(path, cause);
}

}  // namespace

Result<StateDescriptor> StateDescriptor::open(const std::string& file, bool to_write) {
    if (const int known = take_idle(file, to_write); known >= 0) return StateDescriptor(known, file);
    const int fd = ::open(file.c_str(), (to_write ? O_RDWR : O_RDONLY) | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd >= 0) return StateDescriptor(fd, file);
    if (errno == ENOENT || errno == ENOTDIR) return fail(ErrorCode::not_found, "there is no state yet", file);
    return cannot_lock(file, errno);
}

StateDescriptor::StateDescriptor(StateDescriptor&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), path_(std::move(other.path_)) {}

StateDescriptor::~StateDescriptor() {
    if (fd_ < 0) return;
    unlock();
    const int flags = ::fcntl(fd_, F_GETFL);
    idle().push_back({fd_, ::getpid(), (flags & O_ACCMODE) == O_RDWR});
}

Result<Attempt> StateDescriptor::try_lock() const {
    return set_lock(fd_, range(kFirstByte, kBytes), path_);
}

Result<bool> StateDescriptor::locked_elsewhere() const {
    return is_locked(fd_, range(kFirstByte, kBytes), path_);
}

void StateDescriptor::unlock() const {
    struct flock lock = range(kFirstByte, kBytes);
    lock.l_type = F_UNLCK;
    static_cast<void>(::fcntl(fd_, F_OFD_SETLK, &lock));
}

bool StateDescriptor::is_at_path() const {
    return same_file(fd_, path_);
}

Result<LegacyLock> LegacyLock::open_or_create(const std::string& state_file) {
    const std::string path = state_file + ".lock";
    // It is truncated and written to, so it must be ours alone: a link could stand for any file of the
    // user's.
    const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
    if (fd < 0) return cannot_open_lock(path, errno);
    BOOST_OUTCOME_TRY(checked, checked_lock_file(fd, path));
    // Whoever may read a file may lock it, and keep us waiting. Earlier releases let everyone.
    static_cast<void>(::fchmod(checked, 0600));
    return LegacyLock(checked, path);
}

Result<LegacyLock> LegacyLock::open(const std::string& state_file) {
    const std::string path = state_file + ".lock";
    const int fd = ::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
        return fail(ErrorCode::not_found, "there is no lock of an earlier release", path);
    if (fd < 0) return cannot_open_lock(path, errno);
    BOOST_OUTCOME_TRY(checked, checked_lock_file(fd, path));
    return LegacyLock(checked, path);
}

LegacyLock::LegacyLock(LegacyLock&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), path_(std::move(other.path_)), wrote_(other.wrote_) {}

LegacyLock::~LegacyLock() {
    if (fd_ < 0) return;
    // Otherwise the next holder would be mistaken for this one until it has written its own record.
    if (wrote_) [[maybe_unused]]
        const int emptied = ::ftruncate(fd_, 0);
    ::close(fd_);
}

Result<Attempt> LegacyLock::try_lock() const {
    BOOST_OUTCOME_TRY(attempt, set_lock(fd_, range(0, 0), path_));
    return attempt == Attempt::taken && !same_file(fd_, path_) ? Attempt::held : attempt;
}

Result<bool> LegacyLock::locked_elsewhere() const {
    return is_locked(fd_, range(0, 0), path_);
}

// A record that would not fit is not ours.
std::string LegacyLock::record() const {
    std::array<char, 4096> buffer{};
    const ssize_t count = ::pread(fd_, buffer.data(), buffer.size(), 0);
    const std::string text(buffer.data(), count > 0 ? static_cast<std::size_t>(count) : 0);
    return text.substr(0, text.find('\n'));
}

Result<void> LegacyLock::write_record(const std::string& record) {
    wrote_ = true;
    if (::ftruncate(fd_, 0) != 0) return cannot_lock(path_, errno);
    const ssize_t written = ::pwrite(fd_, record.data(), record.size(), 0);
    if (written != static_cast<ssize_t>(record.size()))
        return cannot_lock(path_, written < 0 ? errno : ENOSPC);
    return success();
}

}  // namespace tlm::state
