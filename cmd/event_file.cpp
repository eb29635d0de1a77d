#include "cmd/event_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <climits>
#include <cstring>
#include <filesystem>
#include <optional>

#include "cmd/paths.h"
#include "cmd/stdio.h"
#include "cmd/text_file.h"

namespace tlm::cmd {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr auto kPatience = std::chrono::seconds(10);

Error cannot_open(const std::string& path, int cause) {
    const bool misnamed = cause != ENOSPC && cause != EDQUOT && cause != EIO;
    return fail(misnamed ? ErrorCode::bad_input : ErrorCode::internal,
                fmt::format("can't write events to it: {}", std::strerror(cause)), path,
                {misnamed ? "Choose another place for --events, or make its directory first."
                          : "Free space and run it again."});
}

Result<int> use_descriptor(int number, const std::string& path) {
    const int copy = fcntl(number, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    if (copy < 0) return cannot_open(path, errno);
    // What people read must not come between the lines.
    if (number == STDOUT_FILENO) dup2(STDERR_FILENO, STDOUT_FILENO);
    return copy;
}

// Under a name of its own first, so that nothing is written to what somebody else put there.
Result<int> new_file(const std::string& path) {
    const std::string temporary = fmt::format("{}.{}.tmp", path, getpid());
    unlink(temporary.c_str());
    const int file = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600);
    if (file < 0) return cannot_open(path, errno);
    // Whatever the umask took away.
    if (fchmod(file, 0600) == 0 && rename(temporary.c_str(), path.c_str()) == 0) return file;
    const int cause = errno;
    unlink(temporary.c_str());
    close(file);
    return cannot_open(path, cause);
}

Result<int> open_path(const std::string& path) {
    if (const auto number = descriptor_number(path, STDOUT_FILENO)) return use_descriptor(*number, path);
    std::error_code ignored;
    BOOST_OUTCOME_TRYV(check_stays_below(path));
    // A link is replaced, whatever it leads to.
    using Type = std::filesystem::file_type;
    const Type type = std::filesystem::symlink_status(path, ignored).type();
    if (type == Type::not_found || type == Type::regular || type == Type::symlink) return new_file(path);
    return open_existing_to_write(path);
}

bool is_regular(int file) {
    struct stat status = {};
    return fstat(file, &status) == 0 && S_ISREG(status.st_mode);
}

// Until a write would not block, or it is clear that nobody takes anything.
Result<void> wait_until_writable(int file, const std::string& path) {
    const auto until = SteadyClock::now() + kPatience;
    while (true) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - SteadyClock::now()).count();
        pollfd polled = {file, POLLOUT, 0};
        const int ready = poll(&polled, 1, static_cast<int>(std::max<std::int64_t>(left, 0)));
        if (ready > 0) return success();  // also where the reader has gone, which the write tells
        if (ready < 0 && errno != EINTR) return success();
        if (ready == 0)
            return fail(ErrorCode::nobody_reads,
                        fmt::format("nobody has taken anything for {} seconds", kPatience.count()), path);
    }
}

}  // namespace

Result<std::unique_ptr<EventFile>> EventFile::open(const std::string& path) {
    BOOST_OUTCOME_TRY(descriptor, open_path(path));
    return std::unique_ptr<EventFile>(new EventFile(descriptor, path == "-" ? "standard output" : path));
}

EventFile::EventFile(int descriptor, std::string path)
    : descriptor_(descriptor), may_block_(!is_regular(descriptor)), path_(std::move(path)) {}

EventFile::~EventFile() {
    set_last_words(nullptr);
    close(descriptor_);
}

Result<void> EventFile::write(std::string_view line, const Farewell& farewell) {
    const std::string shown = redacted(std::string(line));
    line = shown;
    if (may_block_) {
        BOOST_OUTCOME_TRYV(wait_until_writable(descriptor_, path_));
    }
    // A signal that ends the process adds a line, and not in the middle of this one.
    const SignalsHeld held;
    for (bool first = true; !line.empty(); first = false) {
        if (may_block_ && !first) {
            BOOST_OUTCOME_TRYV(wait_until_writable(descriptor_, path_));
        }
        // So much a pipe takes at once when it is said to be writable.
        const std::size_t most = may_block_ ? PIPE_BUF : line.size();
        const ssize_t n = ::write(descriptor_, line.data(), std::min(line.size(), most));
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) {
            if (errno == EPIPE) return fail(ErrorCode::nobody_reads, "the reader has gone", path_);
            return fail(ErrorCode::internal, std::strerror(errno), path_);
        }
        line.remove_prefix(static_cast<std::size_t>(n));
    }
    prepare(farewell);
    return success();
}

void EventFile::prepare(const Farewell& farewell) {
    LastWords& words = last_words_[next_];
    if (farewell.line.empty() || farewell.line.size() > words.line.size()) return set_last_words(nullptr);
    next_ = 1 - next_;
    words.descriptor = descriptor_;
    words.stamp = farewell.stamp;
    words.size = farewell.line.size();
    std::ranges::copy(farewell.line, words.line.begin());
    set_last_words(&words);
}

}  // namespace tlm::cmd
