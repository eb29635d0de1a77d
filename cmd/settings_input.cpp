#include "cmd/settings_input.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

namespace tlm::cmd {
namespace {

constexpr int kFlags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;

class Descriptor {
  public:
    explicit Descriptor(int fd) : fd_(fd) {}
    ~Descriptor() {
        if (fd_ >= 0) close(fd_);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    [[nodiscard]] int get() const { return fd_; }

  private:
    int fd_;
};

int open_below(const char* path) {
    open_how how = {};
    how.flags = kFlags;
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
    const long fd = syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof how);
    // Kernels before 5.6, and sandboxes that do not know the call: no link at all then.
    if (fd < 0 && (errno == ENOSYS || errno == EPERM)) return open(path, kFlags | O_NOFOLLOW);
    return static_cast<int>(fd);
}

bool exists_itself(const std::string& path) {
    struct stat found = {};
    return lstat(path.c_str(), &found) == 0;
}

std::string kind_of(mode_t mode) {
    if (S_ISDIR(mode)) return "it is a directory";
    if (S_ISFIFO(mode)) return "it is a FIFO";
    if (S_ISCHR(mode) || S_ISBLK(mode)) return "it is a device";
    return "it is not a regular file";
}

Error cannot_read(const std::string& path, const std::string& what, const std::string& why) {
    return fail(ErrorCode::bad_input, fmt::format("can't read this {}: {}", what, why), path,
                {"Check what it is and its permissions, or move it away."});
}

}  // namespace

Result<std::optional<CheckedFile>> read_checked_file(const std::string& path, const std::string& what,
                                                     std::size_t most, Links links) {
    const Descriptor file(links == Links::anywhere ? open(path.c_str(), kFlags) : open_below(path.c_str()));
    if (file.get() < 0) {
        const int cause = errno;
        if (cause == ENOENT || cause == ENOTDIR) {
            if (!exists_itself(path)) return std::optional<CheckedFile>();
            return cannot_read(path, what, "it is a link to nothing");
        }
        if (cause == EXDEV || cause == ELOOP)
            return cannot_read(path, what, "it is a link that leads out of the directory");
        // A socket, or a device without a driver.
        if (cause == ENXIO || cause == ENODEV) return cannot_read(path, what, "it is not a regular file");
        return cannot_read(path, what, std::strerror(cause));
    }
    struct stat found = {};
    if (fstat(file.get(), &found) != 0) return cannot_read(path, what, std::strerror(errno));
    if (!S_ISREG(found.st_mode)) return cannot_read(path, what, kind_of(found.st_mode));
    CheckedFile result{{}, found.st_uid, found.st_mode};
    const std::string too_large = fmt::format("it is larger than {} KiB", most / 1024);
    if (static_cast<std::size_t>(found.st_size) > most) return cannot_read(path, what, too_large);
    // One byte more than it may have: it may grow meanwhile, and files in /proc have no size.
    result.text.resize(most + 1);
    std::size_t size = 0;
    while (size < result.text.size()) {
        const ssize_t n = read(file.get(), result.text.data() + size, result.text.size() - size);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return cannot_read(path, what, std::strerror(errno));
        if (n == 0) break;
        size += static_cast<std::size_t>(n);
    }
    if (size > most) return cannot_read(path, what, too_large);
    result.text.resize(size);
    return std::optional(std::move(result));
}

std::string unfit_for_trust(const CheckedFile& file) {
    if (file.owner != geteuid() && file.owner != 0)
        return fmt::format("it belongs to user {}, and tlm runs as user {}", file.owner, geteuid());
    if ((file.mode & (S_IWGRP | S_IWOTH)) != 0)
        return fmt::format("others can write to it (mode {:04o})", file.mode & 07777U);
    return {};
}

bool is_below_directory(const std::string& path) {
    const std::filesystem::path whole(path);
    // A home directory stands elsewhere.
    if (path.empty() || path.front() == '~' || whole.is_absolute()) return false;
    std::filesystem::path part;
    for (const std::filesystem::path& name : whole) {
        if (name == "..") return false;
        part /= name;
        struct stat found = {};
        if (lstat(part.c_str(), &found) != 0) {
            if (errno == ENOENT) continue;
            return false;
        }
        if (!S_ISREG(found.st_mode) && !S_ISDIR(found.st_mode)) return false;
    }
    return true;
}

}  // namespace tlm::cmd
