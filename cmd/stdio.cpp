#include "cmd/stdio.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <thread>
#include <vector>

#include "cmd/paths.h"
#include "cmd/text_file.h"
#include "engine/base/redaction.h"

namespace tlm::cmd {
namespace {

std::vector<Redaction>& hidden() {
    static std::vector<Redaction> secrets;
    return secrets;
}

Error output_error() {
    if (errno == EPIPE) return fail(ErrorCode::nobody_reads, "the reader of standard output has gone");
    return fail(ErrorCode::internal, fmt::format("can't write to standard output: {}", std::strerror(errno)));
}

// A file descriptor that closes itself.
class File {
  public:
    explicit File(int fd) : fd_(fd) {}
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    ~File() {
        if (fd_ >= 0) close(fd_);
    }
    [[nodiscard]] int get() const { return fd_; }

  private:
    int fd_;
};

bool write_all(int fd, std::string_view text) {
    while (!text.empty()) {
        const ssize_t n = write(fd, text.data(), text.size());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return false;
        text.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
}

bool replace_file(const std::filesystem::path& path, const std::string& temporary, std::string_view text,
                  mode_t mode) {
    {
        // A file of this name was left by a process of this number that was killed, or is a link that
        // somebody put there; it is never written to.
        unlink(temporary.c_str());
        const File file(open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
        if (file.get() < 0 || !write_all(file.get(), text) || fsync(file.get()) != 0) return false;
    }
    if (rename(temporary.c_str(), path.c_str()) != 0) return false;
    const std::string directory = path.has_parent_path() ? path.parent_path().string() : ".";
    const File parent(open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (parent.get() >= 0) fsync(parent.get());
    return true;
}

}  // namespace

void hide_in_output(const Secret& secret, const std::string& instead) {
    // A word of a few letters is no secret, and stands everywhere.
    constexpr std::size_t kShortest = 4;
    if (secret.reveal().size() >= kShortest) hidden().emplace_back(secret, instead);
}

bool holds_secret(std::string_view text) {
    return std::ranges::any_of(hidden(), [&](const Redaction& secret) { return secret.finds_in(text); });
}

std::string redacted(std::string text) {
    for (const Redaction& secret : hidden())
        text = secret(std::move(text));
    return text;
}

void write_err(std::string_view text) {
    const std::string shown = redacted(std::string(text));
    std::fwrite(shown.data(), 1, shown.size(), stderr);
}

void open_standard_streams() {
    for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        if (fcntl(stream, F_GETFD) >= 0 || errno != EBADF) continue;
        // The lowest free number is this one. Opened the wrong way round, output fails instead of vanishing.
        const int opened = open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY);
        if (opened >= 0 && opened != stream) close(opened);
    }
}

Result<void> write_out(std::string_view text) {
    // A large result is copied only where it must be.
    const std::string shown = holds_secret(text) ? redacted(std::string(text)) : std::string();
    if (!shown.empty()) text = shown;
    if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size()) return output_error();
    return flush_out();
}

Result<void> flush_out() {
    if (std::fflush(stdout) != 0) return output_error();
    return success();
}

Result<int> open_existing_to_write(const std::string& path) {
    constexpr std::chrono::seconds kPatience(30);
    const auto until = std::chrono::steady_clock::now() + kPatience;
    while (true) {
        const int fd = open(path.c_str(), O_WRONLY | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW | O_CLOEXEC);
        if (fd >= 0) {
            // From here on a write waits for the reader.
            static_cast<void>(fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK));
            return fd;
        }
        // A FIFO that nobody reads.
        if (errno != ENXIO && errno != EINTR)
            return fail(ErrorCode::bad_input, fmt::format("can't open it: {}", std::strerror(errno)), path,
                        {"Choose another place."});
        if (std::chrono::steady_clock::now() >= until)
            return fail(ErrorCode::bad_input,
                        fmt::format("nobody read from this FIFO for {} seconds", kPatience.count()), path);
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
}

Result<void> write_file_atomically(const std::string& path, std::string_view text, mode_t mode) {
    if (path == "-") return write_out(text);
    if (const auto number = descriptor_number(path, STDOUT_FILENO)) {
        BOOST_OUTCOME_TRYV(flush_out());
        if (write_all(*number, text)) return success();
        return fail(ErrorCode::bad_input, fmt::format("can't write to it: {}", std::strerror(errno)), path);
    }
    BOOST_OUTCOME_TRYV(check_stays_below(path));
    // A pipe or a device is written to, and not replaced; a link is replaced, whatever it leads to.
    std::error_code ignored;
    const auto type = std::filesystem::symlink_status(path, ignored).type();
    if (type == std::filesystem::file_type::fifo || type == std::filesystem::file_type::character) {
        BOOST_OUTCOME_TRY(opened, open_existing_to_write(path));
        const File file(opened);
        if (file.get() >= 0 && write_all(file.get(), text)) return success();
        return fail(ErrorCode::bad_input, fmt::format("can't write to it: {}", std::strerror(errno)), path);
    }
    return replace_file_atomically(path, text, mode);
}

Result<void> replace_file_atomically(const std::string& path, std::string_view text, mode_t mode) {
    const std::string temporary = fmt::format("{}.{}.tmp", path, getpid());
    if (replace_file(path, temporary, text, mode)) return success();
    const int cause = errno;
    unlink(temporary.c_str());
    const bool misnamed =
        cause == ENOENT || cause == ENOTDIR || cause == EACCES || cause == EISDIR || cause == EROFS;
    return fail(
        misnamed ? ErrorCode::bad_input : ErrorCode::internal,
        fmt::format("can't write the file: {}", std::strerror(cause)), path,
        {misnamed ? "Choose another place, or make its directory first." : "Free space and run it again."});
}

}  // namespace tlm::cmd
