#include "state/storage/private_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <string_view>
#include <system_error>

namespace tlm::storage {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kOwnDirectory = ".tlm";

// SQLite's own files beside a database. It opens them without following links, and does not look at the rest.
constexpr std::array<std::string_view, 3> kSiblings = {"-wal", "-shm", "-journal"};

Error refused(std::string cause, const std::string& path, std::string hint) {
    return fail(ErrorCode::state, std::move(cause), path, {std::move(hint)});
}

Error cannot_create(std::string_view what, const std::string& path, int cause) {
    const bool full = cause == ENOSPC || cause == EDQUOT;
    return refused(fmt::format("can't create the {}: {}", what, std::generic_category().message(cause)), path,
                   full ? "Free space on the disk and run the command again." : "Choose another place.");
}

Error cannot_look(const std::string& path, int cause) {
    return refused(std::generic_category().message(cause), path,
                   "Check the permissions of the file and of its directory.");
}

// A new name in a directory is durable only once the directory is. Not every file system can do it, so that a
// failure is no reason to stop.
void sync_directory(const fs::path& directory) {
    const int fd = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return;
    static_cast<void>(::fsync(fd));
    ::close(fd);
}

fs::path parent_of(const fs::path& path) {
    const fs::path parent = path.parent_path();
    return parent.empty() ? fs::path(".") : parent;
}

// Why a file of these properties is not used; empty where it may be.
std::string objection(const struct statx& status) {
    const mode_t mode = status.stx_mode;
    if (S_ISLNK(mode)) return "it is a symbolic link, which is not followed";
    if (S_ISDIR(mode)) return "it is a directory";
    if (!S_ISREG(mode)) return "it is not a regular file";
    if (!owned_by_us(status.stx_uid))
        return fmt::format("it belongs to another user (uid {})", status.stx_uid);
    if (status.stx_nlink > 1)
        return fmt::format("it has {} hard links, so that other names stand for it too", status.stx_nlink);
    if ((status.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0) return "it is a mount point itself";
    return {};
}

std::string remedy(const struct statx& status) {
    if ((status.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0)
        return "Mount the directory that holds it: SQLite keeps a part of the content in files beside it.";
    if (S_ISLNK(status.stx_mode))
        return "See who put the link there. Remove it, or name the file that it leads to.";
    return "See who put it there. Move it away, or choose another place.";
}

// Returns false where there is no such file.
Result<bool> look_at(const std::string& path, struct statx& status) {
    if (::statx(AT_FDCWD, path.c_str(), AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, &status) != 0) {
        if (errno == ENOENT || errno == ENOTDIR) return false;
        return cannot_look(path, errno);
    }
    if (std::string cause = objection(status); !cause.empty())
        return refused(std::move(cause), path, remedy(status));
    return true;
}

// A rollback journal may name a second file, which SQLite deletes after the rollback. Ours never do.
bool names_another_file(const std::string& journal) {
    constexpr std::array<unsigned char, 8> kMagic = {0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7};
    const int fd = ::open(journal.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) return false;  // SQLite can't read it either
    std::array<unsigned char, kMagic.size()> end{};
    const off_t size = ::lseek(fd, 0, SEEK_END);
    const bool read = size >= static_cast<off_t>(end.size()) &&
                      ::pread(fd, end.data(), end.size(), size - static_cast<off_t>(end.size())) ==
                          static_cast<ssize_t>(end.size());
    ::close(fd);
    return read && end == kMagic;
}

Result<void> inspect_siblings(const std::string& file) {
    for (const std::string_view suffix : kSiblings) {
        const std::string path = file + std::string(suffix);
        struct statx status {};
        BOOST_OUTCOME_TRY(found, look_at(path, status));
        if (found && suffix == "-journal" && names_another_file(path)) {
            return refused("it is a journal that names another file, which would be deleted", path,
                           "tlm writes no such journal: see who put it there, and move it away.");
        }
    }
    return success();
}

// So that `git add` in the directory of a project takes neither state nor sandbox.
void write_gitignore(const fs::path& directory) {
    const fs::path path = directory / ".gitignore";
    const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) return;
    static_cast<void>(::fchmod(fd, 0600));  // whatever the umask took away
    [[maybe_unused]] const ssize_t written = ::write(fd, "*\n", 2);
    ::close(fd);
}

// Nothing is changed through `fd` but the mode, and only of what inspect() would accept as well.
Result<void> make_private(const std::string& file) {
    const int fd = ::open(file.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) return cannot_look(file, errno);
    struct stat status {};
    const bool safe =
        ::fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_nlink == 1 && status.st_size == 0;
    const bool done = safe && ((status.st_mode & 07777U) == 0600U || ::fchmod(fd, 0600) == 0);
    const int cause = errno;
    ::close(fd);
    if (safe && !done) return cannot_create("file", file, cause);
    return success();
}

// Whoever may read a state can take a shared lock on it, and so keep all others waiting. inspect() has made
// sure that the path is no link; the file is not opened, which would drop SQLite's locks.
Result<void> take_from_others(const std::string& file) {
    struct stat status {};
    if (::lstat(file.c_str(), &status) != 0) return cannot_look(file, errno);
    const mode_t mode = status.st_mode & 07777U;
    if ((mode & 077U) == 0 || ::chmod(file.c_str(), mode & 0700U) == 0) return success();
    return cannot_create("file", file, errno);
}

}  // namespace

bool owned_by_us(unsigned owner) {
    return owner == ::geteuid() || owner == 0;
}

Result<std::string> locate(const std::string& path) {
    std::error_code error;
    const fs::path absolute = fs::absolute(path, error);
    if (error) return path;
    fs::path walked;
    for (const fs::path& part : absolute.parent_path()) {
        walked /= part;
        if (part != kOwnDirectory) continue;
        if (fs::symlink_status(walked, error).type() == fs::file_type::symlink) {
            return refused(
                "the directory is a symbolic link, which is not followed", walked.string(),
                "See who put the link there and remove it; `--state` or TLM_STATE names another place.");
        }
    }
    const fs::path directory = fs::weakly_canonical(absolute.parent_path(), error);
    return ((error ? absolute.parent_path() : directory) / absolute.filename()).string();
}

Result<Presence> inspect(const std::string& file) {
    BOOST_OUTCOME_TRYV(inspect_siblings(file));
    struct statx status {};
    BOOST_OUTCOME_TRY(found, look_at(file, status));
    if (!found) return Presence::missing;
    return status.stx_size == 0 ? Presence::empty : Presence::filled;
}

Result<void> may_fill(const OwnFile& own, const std::string& file) {
    if (own.named) return success();
    std::error_code error;
    const fs::path here = fs::current_path(error);
    if (error) return cannot_look(file, error.value());
    const fs::path lexical = fs::absolute(own.path, error).lexically_normal();
    const auto [end, ignored] = std::ranges::mismatch(here, lexical);
    if (end == here.end() && lexical == fs::path(file)) return success();
    return refused(
        "it is outside of the working directory or reached through a link, and neither an option nor the "
        "environment "
        "names it",
        file, "Name it with `--state` or TLM_STATE if it is meant, or remove it.");
}

void sync_directory_of(const std::string& file) {
    sync_directory(parent_of(file));
}

Result<void> create_directory_of(const std::string& file) {
    const fs::path directory = parent_of(file);
    fs::path made;
    for (const fs::path& part : directory) {
        made /= part;
        if (::mkdir(made.c_str(), 0700) == 0) {
            // Whatever the umask took away.
            static_cast<void>(::chmod(made.c_str(), 0700));
            if (part == kOwnDirectory) write_gitignore(made);
            sync_directory(parent_of(made));
            continue;
        }
        const int cause = errno == EEXIST ? ENOTDIR : errno;  // matters only where it is no directory
        std::error_code ignored;
        if (!fs::is_directory(made, ignored)) return cannot_create("directory", made.string(), cause);
    }
    return success();
}

Result<bool> create_private_file(const std::string& file) {
    const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0) {
        const int cause = errno;
        if (cause == EEXIST) return false;
        return cannot_create("file", file, cause);
    }
    const int rc = ::fchmod(fd, 0600);
    const int cause = errno;
    ::close(fd);
    if (rc != 0) return cannot_create("file", file, cause);
    sync_directory(parent_of(file));
    return true;
}

Result<Place> prepare_to_write(const OwnFile& own) {
    BOOST_OUTCOME_TRY(file, locate(own.path));
    BOOST_OUTCOME_TRY(before, inspect(file));
    auto fillable = may_fill(own, file);
    if (before == Presence::missing) {
        BOOST_OUTCOME_TRYV(fillable);
        BOOST_OUTCOME_TRYV(create_directory_of(file));
        BOOST_OUTCOME_TRYV(create_private_file(file));
    }
    // Once more: another process may have made it in the meantime.
    BOOST_OUTCOME_TRY(presence, inspect(file));
    if (presence == Presence::empty) {
        BOOST_OUTCOME_TRYV(fillable);
        BOOST_OUTCOME_TRYV(make_private(file));
    }
    BOOST_OUTCOME_TRYV(take_from_others(file));
    return Place{file, fillable.has_value()};
}

}  // namespace tlm::storage
