#include "state/private_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

namespace tlm::state {
namespace {

namespace fs = std::filesystem;

Error cannot_create(std::string_view what, const std::string& path, int cause) {
    const bool full = cause == ENOSPC || cause == EDQUOT;
    return fail(ErrorCode::state,
                fmt::format("can't create the {}: {}", what, std::generic_category().message(cause)), path,
                {full ? "Free space on the disk and run the command again."
                      : "Choose another place with `--state` or TLM_STATE."});
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

}  // namespace

std::string canonical_path(const std::string& path) {
    std::error_code error;
    const fs::path absolute = fs::absolute(path, error);
    if (error) return path;
    const fs::path canonical = fs::weakly_canonical(absolute, error);
    return error ? absolute.string() : canonical.string();
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
            sync_directory(parent_of(made));
            continue;
        }
        const int cause = errno == EEXIST ? ENOTDIR : errno;  // matters only where it is no directory
        std::error_code ignored;
        if (!fs::is_directory(made, ignored)) return cannot_create("state's directory", made.string(), cause);
    }
    return success();
}

Result<void> create_private_file(const std::string& file) {
    const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) {
        const int cause = errno;
        if (cause == EEXIST) return success();
        return cannot_create("file", file, cause);
    }
    const int rc = ::fchmod(fd, 0600);
    const int cause = errno;
    ::close(fd);
    if (rc != 0) return cannot_create("file", file, cause);
    sync_directory(parent_of(file));
    return success();
}

}  // namespace tlm::state
