#include "cmd/key_files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "cmd/memory_guard.h"
#include "cmd/text_file.h"
#include "engine/base/shell_quote.h"
#include "engine/plan/revocations.h"

namespace tlm::cmd {
namespace {

namespace fs = std::filesystem;

// A key is some hundred bytes; what is larger is something else.
constexpr std::size_t kMostBytes = std::size_t{64} * 1024;
// More than ten thousand entries.
constexpr std::size_t kMostRevokedBytes = std::size_t{1024} * 1024;

// `O_EXCL` neither overwrites nor follows a link.
Result<void> create_file(const std::string& path, const std::string& text, mode_t mode, bool secret) {
    const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (fd < 0) {
        const bool there = errno == EEXIST;
        return fail(ErrorCode::bad_input,
                    there ? std::string("it exists, and a key is never overwritten")
                          : fmt::format("can't create the file: {}", std::strerror(errno)),
                    path, {there ? "Choose another name, or move it away." : "Choose another place."});
    }
    // Whatever the umask took away or left.
    struct stat status {};
    const bool ours = fchmod(fd, mode) == 0 && fstat(fd, &status) == 0;
    if (ours && secret && exposure_of(status.st_mode, status.st_uid, geteuid()) != KeyExposure::none) {
        close(fd);
        unlink(path.c_str());
        return fail(
            ErrorCode::bad_input,
            fmt::format("the file system does not keep a private key from others: of mode 0600 it made "
                        "{:04o}, owner {}",
                        status.st_mode & 07777U, status.st_uid),
            path, {"Write it to a file system that holds modes and owners, as your home directory's."});
    }
    const bool written =
        ours && write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && fsync(fd) == 0;
    const int cause = errno;
    close(fd);
    if (written) return success();
    unlink(path.c_str());
    return fail(ErrorCode::internal, fmt::format("can't write the file: {}", std::strerror(cause)), path,
                {"Free space and run it again."});
}

// All of a regular file. Whatever else has its name is refused without being read: a pipe may never end.
// `check` may refuse it by what was opened, which is not what the name means a moment earlier or later.
Result<std::string> read_regular_file(const std::string& path, const std::string& what, std::size_t most,
                                      Result<void> (*check)(const struct stat&,
                                                            const std::string&) = nullptr) {
    const auto refused = [&](const std::string& why) {
        return fail(ErrorCode::bad_input, fmt::format("the {} {}", what, why), path);
    };
    const int fd = open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0) return refused(fmt::format("can't be opened: {}", std::strerror(errno)));
    struct stat status {};
    const bool regular = fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
    if (regular && check != nullptr) {
        if (auto checked = check(status, path); !checked) {
            close(fd);
            return checked.error();
        }
    }
    std::string text(regular ? most + 1 : 0, '\0');
    std::size_t size = 0;
    ssize_t n = 0;
    while (size < text.size() &&
           ((n = read(fd, text.data() + size, text.size() - size)) > 0 || (n < 0 && errno == EINTR)))
        size += n > 0 ? static_cast<std::size_t>(n) : 0;
    const int cause = errno;
    close(fd);
    if (!regular) return refused("must be a regular file");
    if (n < 0) return refused(fmt::format("can't be read: {}", std::strerror(cause)));
    if (size > most) return refused(fmt::format("is larger than {} bytes", most));
    text.resize(size);
    return text;
}

// As ssh does it: a key that others can read may be theirs as well by now.
Result<void> check_private(const struct stat& status, const std::string& path) {
    switch (exposure_of(status.st_mode, status.st_uid, geteuid())) {
        case KeyExposure::none:
            return success();
        case KeyExposure::by_mode:
            return fail(
                ErrorCode::bad_input,
                fmt::format("others than you can read this private key: its mode is {:04o}",
                            status.st_mode & 07777U),
                path,
                {fmt::format("Keep it to yourself: `chmod 600 {}`. On a file system without modes, keep it "
                             "elsewhere.",
                             shell_quoted_path(path)),
                 "Where others may have read it, make another with `tlm keygen` and revoke this one."});
        case KeyExposure::by_owner:
            return fail(
                ErrorCode::bad_input,
                fmt::format("this private key belongs to another user (uid {}), who can read it",
                            status.st_uid),
                path,
                {fmt::format(
                    "Sign with a key of your own: `tlm keygen` makes one. If this one is yours: `install "
                    "-m 600 {} MINE.key`.",
                    shell_quoted_path(path))});
    }
    return success();
}

Result<void> add_revoked(const fs::path& directory, Revocations& revoked) {
    const std::string path = (directory / "revoked").string();
    struct stat status {};
    // A link that leads nowhere is not "no file": somebody meant something to be there.
    if (lstat(path.c_str(), &status) != 0 && errno == ENOENT) return success();
    BOOST_OUTCOME_TRY(text, read_regular_file(path, "list of revocations", kMostRevokedBytes));
    BOOST_OUTCOME_TRY(entries, read_revocations(text, path));
    for (std::string& entry : entries)
        revoked.emplace(std::move(entry), path);
    return success();
}

}  // namespace

std::string signature_path(const std::string& plan) {
    return plan + ".sig";
}

Result<void> write_key_pair(const std::string& name, const KeyPair& pair) {
    const std::string key = name + ".key";
    BOOST_OUTCOME_TRYV(create_file(key, pair.private_pem.reveal(), 0600, true));
    auto made = create_file(name + ".pub", pair.public_pem, 0644, false);
    // Half a pair is of no use.
    if (!made) unlink(key.c_str());
    return made;
}

KeyExposure exposure_of(mode_t mode, uid_t owner, uid_t user) {
    if (owner != user) return KeyExposure::by_owner;
    return (mode & 077U) != 0 ? KeyExposure::by_mode : KeyExposure::none;
}

Result<Secret> read_private_key_file(const std::string& path) {
    guard_memory();
    struct stat status {};
    const bool regular = stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode);
    BOOST_OUTCOME_TRY(text, regular ? read_regular_file(path, "private key", kMostBytes, check_private)
                                    : read_text_file(path, "private key", kMostBytes));
    Secret secret(text);
    explicit_bzero(text.data(), text.size());
    return secret;
}

Result<Signature> read_signature_file(const std::string& path) {
    BOOST_OUTCOME_TRY(text, read_regular_file(path, "signature", kMostBytes));
    return signature_from_text(text, path);
}

Result<std::vector<TrustedKey>> read_trusted_keys(const std::vector<std::string>& files,
                                                  const std::string& directory) {
    std::vector<std::string> paths = files;
    if (!directory.empty()) {
        std::error_code error;
        for (fs::directory_iterator at(directory, error), end; !error && at != end; at.increment(error)) {
            if (at->path().extension() == ".pub") paths.push_back(at->path().string());
        }
        if (error)
            return fail(ErrorCode::bad_input, fmt::format("can't read the directory: {}", error.message()),
                        directory, {"TLM_TRUSTED_KEYS names a directory of *.pub files."});
        if (paths.size() == files.size() && files.empty())
            return fail(ErrorCode::bad_input, "there is no *.pub in the directory of trusted keys", directory,
                        {"Put the public keys of those there who may approve plans."});
        std::ranges::sort(paths);
    }
    std::vector<TrustedKey> keys;
    for (const std::string& path : paths) {
        // One that was named by an option may be a pipe (`--trusted-key <(…)`), one that was found may not.
        const bool named = std::ranges::find(files, path) != files.end();
        BOOST_OUTCOME_TRY(text, named ? read_text_file(path, "public key", kMostBytes)
                                      : read_regular_file(path, "public key", kMostBytes));
        BOOST_OUTCOME_TRY(key, read_public_key(text, path));
        keys.push_back(std::move(key));
    }
    return keys;
}

Result<Revocations> read_revoked(const std::vector<std::string>& files, const std::string& directory) {
    Revocations revoked;
    if (!directory.empty()) {
        BOOST_OUTCOME_TRYV(add_revoked(directory, revoked));
    }
    for (const std::string& file : files) {
        const fs::path beside = fs::path(file).parent_path();
        BOOST_OUTCOME_TRYV(add_revoked(beside.empty() ? "." : beside, revoked));
    }
    return revoked;
}

}  // namespace tlm::cmd
