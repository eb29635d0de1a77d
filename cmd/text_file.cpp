#include "cmd/text_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/magic.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>

#include "cmd/paths.h"

namespace tlm::cmd {
namespace {

namespace fs = std::filesystem;

constexpr mode_t kPermissions = 07777;
constexpr std::chrono::milliseconds kPatience = std::chrono::seconds(30);  // for the writer of a FIFO

class Descriptor {
  public:
    explicit Descriptor(int fd) : fd_(fd) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (fd_ >= 0) close(fd_);
    }
    [[nodiscard]] int get() const { return fd_; }

  private:
    int fd_;
};

Error cannot_open(const std::string& path, const std::string& what, int cause) {
    return fail(ErrorCode::bad_input, fmt::format("can't open the {}: {}", what, std::strerror(cause)), path,
                {"Check the path and the permissions."});
}

Error wrong_type(const std::string& path, const std::string& what, mode_t mode) {
    if (S_ISDIR(mode))
        return fail(ErrorCode::bad_input, fmt::format("this is a directory, not a {}", what), path);
    const std::string_view type = S_ISFIFO(mode) ? "a FIFO" : S_ISSOCK(mode) ? "a socket" : "a device";
    return fail(ErrorCode::bad_input, fmt::format("this is {}, not a {}", type, what), path,
                {"Only a regular file is read here."});
}

// By blocks: a pipe has no size, and neither have files of /proc.
Result<std::string> read_all(int fd, const std::string& path, const std::string& what, std::size_t most) {
    struct stat status {};
    std::string text;
    const auto too_large = [&] {
        return fail(ErrorCode::bad_input,
                    fmt::format("this is no {}: it is larger than {} bytes", what, most), path);
    };
    if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0) {
        const auto size = static_cast<std::size_t>(status.st_size);
        if (size > most) return too_large();
        // A plan of 60 MB is not copied as it grows.
        text.reserve(size);
    }
    for (std::string block(std::size_t{64} * 1024, '\0'); text.size() <= most;) {
        const ssize_t count = read(fd, block.data(), block.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0)
            return fail(ErrorCode::bad_input,
                        fmt::format("the {} can't be read to its end: {}", what, std::strerror(errno)), path);
        if (count == 0) return text;
        text.append(block, 0, static_cast<std::size_t>(count));
    }
    return too_large();
}

// Somebody writes to it, or will within the time.
Result<void> wait_for_writer(int fd, const std::string& path) {
    pollfd polled = {fd, POLLIN, 0};
    const auto until = std::chrono::steady_clock::now() + kPatience;
    while (true) {
        const auto left =
            std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
        const int ready = poll(&polled, 1, static_cast<int>(std::max<std::int64_t>(left.count(), 0)));
        if (ready < 0 && errno == EINTR) continue;
        if (ready != 0) break;
        return fail(ErrorCode::bad_input,
                    fmt::format("nobody wrote to this FIFO for {} seconds", kPatience.count() / 1000), path);
    }
    // From here on a read waits for the rest.
    const int flags = fcntl(fd, F_GETFL);
    static_cast<void>(fcntl(fd, F_SETFL, flags & ~O_NONBLOCK));
    return success();
}

bool is_of_proc(int fd) {
    struct statfs file_system {};
    return fstatfs(fd, &file_system) == 0 && file_system.f_type == PROC_SUPER_MAGIC;
}

bool is_link(const std::string& path) {
    struct stat status {};
    return lstat(path.c_str(), &status) == 0 && S_ISLNK(status.st_mode);
}

// Whether a link stands on the way from the working directory, or from the root, to the file.
bool is_reached_by_link(const std::string& path) {
    std::error_code error;
    const fs::path named(path);
    const fs::path start = named.is_absolute() ? fs::path() : fs::canonical(".", error);
    const fs::path place = error ? fs::path() : fs::canonical(named, error);
    return error || place != (start / named).lexically_normal();
}

// `path` names it. What a link leads to is somebody's choice that the user did not make, even where it is
// theirs.
bool may_be_quoted(int fd, const struct stat& status, const std::string& path, Origin origin) {
    if (is_of_proc(fd)) return false;
    if (origin == Origin::named && is_reached_by_link(path)) return false;
    if (status.st_uid == geteuid()) return true;
    const fs::path parent = fs::path(path).parent_path();
    struct stat directory {};
    return stat(parent.empty() ? "." : parent.c_str(), &directory) == 0 && directory.st_uid == status.st_uid;
}

Result<TextFile> read_descriptor(int fd, const std::string& path, const std::string& what, std::size_t most) {
    struct stat status {};
    if (fstat(fd, &status) != 0) return cannot_open(path, what, errno);
    if (S_ISDIR(status.st_mode) || S_ISBLK(status.st_mode) || (S_ISCHR(status.st_mode) && isatty(fd) == 0))
        return wrong_type(path, what, status.st_mode);
    BOOST_OUTCOME_TRY(text, read_all(fd, path, what, most));
    const bool file = S_ISREG(status.st_mode);
    return TextFile{std::move(text), !file || (status.st_uid == geteuid() && !is_of_proc(fd)), file,
                    status.st_mode & kPermissions, status.st_uid};
}

// Opening a device may already do something, so that it is looked at before.
Result<TextFile> read_path(const std::string& path, const std::string& place, const std::string& what,
                           std::size_t most, Origin origin) {
    const auto may_be_read = [&](const struct stat& status) {
        return S_ISREG(status.st_mode) || (origin == Origin::named && S_ISFIFO(status.st_mode));
    };
    struct stat status {};
    if (stat(place.c_str(), &status) != 0) return cannot_open(path, what, errno);
    if (!may_be_read(status)) return wrong_type(path, what, status.st_mode);
    const int no_follow = origin == Origin::found ? O_NOFOLLOW : 0;
    const Descriptor file(open(place.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC | no_follow));
    if (file.get() < 0 || fstat(file.get(), &status) != 0) return cannot_open(path, what, errno);
    if (!may_be_read(status)) return wrong_type(path, what, status.st_mode);
    if (S_ISFIFO(status.st_mode)) {
        BOOST_OUTCOME_TRYV(wait_for_writer(file.get(), path));
    }
    BOOST_OUTCOME_TRY(text, read_all(file.get(), path, what, most));
    return TextFile{std::move(text),
                    S_ISFIFO(status.st_mode) || may_be_quoted(file.get(), status, path, origin),
                    S_ISREG(status.st_mode), status.st_mode & kPermissions, status.st_uid};
}

}  // namespace

Result<TextFile> read_input_file(const std::string& path, const std::string& what, std::size_t most,
                                 Origin origin) {
    if (origin == Origin::named) {
        if (const auto number = descriptor_number(path, STDIN_FILENO))
            return read_descriptor(*number, path == "-" ? "standard input" : path, what, most);
        return read_path(path, path, what, most, origin);
    }
    const fs::path parent = fs::path(path).parent_path();
    const std::string directory = parent.empty() ? "." : parent.string();
    std::error_code error;
    const fs::path place = fs::canonical(path, error);
    if (error && is_link(path))
        return fail(
            ErrorCode::bad_input,
            fmt::format("this is a link that leads to nothing: {}", fs::read_symlink(path, error).string()),
            path, {"Put the file itself there, or remove the link."});
    if (error) return cannot_open(path, what, error.value());
    if (!is_below(place, directory)) {
        return fail(ErrorCode::bad_input,
                    fmt::format("this is a link that leads out of its directory, to {}", place.string()),
                    path, {"Put the file itself there, or name it on the command line."});
    }
    return read_path(path, place.string(), what, most, origin);
}

Result<std::string> read_text_file(const std::string& path, const std::string& what, std::size_t most,
                                   Origin origin) {
    BOOST_OUTCOME_TRY(file, read_input_file(path, what, most, origin));
    return std::move(file.text);
}

}  // namespace tlm::cmd
