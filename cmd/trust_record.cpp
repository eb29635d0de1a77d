#include "cmd/trust_record.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "cmd/settings_input.h"
#include "cmd/stdio.h"
#include "engine/base/sha256.h"

namespace tlm::cmd {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostBytes = std::size_t{4} * 1024 * 1024;
constexpr std::size_t kDigits = 64;

Error record_fault(const std::string& record, const std::string& why) {
    return fail(ErrorCode::bad_input, "can't use the record of trusted files: " + why, record,
                {"Mend or remove it, and run `tlm trust` again where it is needed."});
}

// One line a file: 64 hex digits, a space, the path.
Result<std::vector<TrustedFile>> files_from_text(const std::string& text, const std::string& record) {
    std::vector<TrustedFile> files;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        const std::string line = text.substr(at, end - at);
        at = end + 1;
        const bool whole = line.size() > kDigits + 1 && line[kDigits] == ' ' && line[kDigits + 1] == '/' &&
                           line.find_first_not_of("0123456789abcdef") == kDigits;
        if (!whole) return record_fault(record, "it is damaged");
        files.push_back({line.substr(kDigits + 1), line.substr(0, kDigits)});
    }
    return files;
}

// With the mode that the XDG base directory specification asks for.
bool make_directories(const fs::path& directory) {
    if (directory.has_parent_path() && directory != directory.parent_path() &&
        !make_directories(directory.parent_path()))
        return false;
    return mkdir(directory.c_str(), 0700) == 0 || errno == EEXIST;
}

class DirectoryLock {
  public:
    explicit DirectoryLock(const std::string& directory)
        : fd_(open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)),
          locked_(fd_ >= 0 && flock(fd_, LOCK_EX) == 0) {}
    ~DirectoryLock() {
        if (fd_ >= 0) close(fd_);
    }
    DirectoryLock(const DirectoryLock&) = delete;
    DirectoryLock& operator=(const DirectoryLock&) = delete;
    [[nodiscard]] bool locked() const { return locked_; }

  private:
    int fd_;
    bool locked_;
};

}  // namespace

Result<std::vector<TrustedFile>> read_trust_record(const std::string& record) {
    BOOST_OUTCOME_TRY(file,
                      read_checked_file(record, "record of trusted files", kMostBytes, Links::anywhere));
    if (!file) return std::vector<TrustedFile>();
    if (const std::string why = unfit_for_trust(*file); !why.empty()) return record_fault(record, why);
    return files_from_text(file->text, record);
}

bool is_recorded(const std::vector<TrustedFile>& files, std::string_view path, std::string_view content) {
    return std::ranges::any_of(files, [&](const TrustedFile& file) {
        return file.path == path && file.sha256 == sha256_hex(content);
    });
}

Result<void> change_trust_record(const std::string& record, const std::vector<TrustedFile>& trusted,
                                 const std::vector<std::string>& revoked) {
    for (const TrustedFile& file : trusted) {
        if (file.path.find('\n') != std::string::npos)
            return fail(ErrorCode::bad_input, "a path with a line feed can't be recorded", file.path,
                        {"Rename the directory."});
    }
    const fs::path directory = fs::path(record).parent_path();
    if (!make_directories(directory))
        return record_fault(record, fmt::format("can't make its directory: {}", std::strerror(errno)));
    const DirectoryLock lock(directory.string());
    if (!lock.locked())
        return record_fault(record, fmt::format("can't lock its directory: {}", std::strerror(errno)));
    BOOST_OUTCOME_TRY(files, read_trust_record(record));
    std::erase_if(files, [&](const TrustedFile& file) {
        return std::ranges::find(revoked, file.path) != revoked.end() ||
               std::ranges::find(trusted, file.path, &TrustedFile::path) != trusted.end();
    });
    files.insert(files.end(), trusted.begin(), trusted.end());
    std::ranges::sort(files, {}, &TrustedFile::path);
    std::string text;
    for (const TrustedFile& file : files)
        text += fmt::format("{} {}\n", file.sha256, file.path);
    return write_file_atomically(record, text, S_IRUSR | S_IWUSR);
}

}  // namespace tlm::cmd
