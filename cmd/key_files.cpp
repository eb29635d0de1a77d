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
#include "cmd/paths.h"
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
    BOOST_OUTCOME_TRYV(check_stays_below(path));
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

// As ssh does it: a key that others can read may be theirs as well by now.
Result<void> check_private(const TextFile& file, const std::string& path) {
    switch (exposure_of(file.mode, file.owner, geteuid())) {
        case KeyExposure::none:
            return success();
        case KeyExposure::by_mode:
            return fail(
                ErrorCode::bad_input,
                fmt::format("others than you can read this private key: its mode is {:04o}", file.mode), path,
                {fmt::format("Keep it to yourself: `chmod 600 {}`. On a file system without modes, keep it "
                             "elsewhere.",
                             shell_quoted_path(path)),
                 "Where others may have read it, make another with `tlm keygen` and revoke this one."});
        case KeyExposure::by_owner:
            return fail(
                ErrorCode::bad_input,
                fmt::format("this private key belongs to another user (uid {}), who can read it", file.owner),
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
    BOOST_OUTCOME_TRY(text, read_text_file(path, "list of revocations", kMostRevokedBytes, Origin::found));
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
    BOOST_OUTCOME_TRY(file, read_input_file(path, "private key", kMostBytes, Origin::named));
    Secret secret(file.text);
    explicit_bzero(file.text.data(), file.text.size());
    if (file.regular) {
        BOOST_OUTCOME_TRYV(check_private(file, path));
    }
    return secret;
}

Result<Signature> read_signature_file(const std::string& path) {
    BOOST_OUTCOME_TRY(text, read_text_file(path, "signature", kMostBytes, Origin::found));
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
        const Origin origin = std::ranges::find(files, path) == files.end() ? Origin::found : Origin::named;
        BOOST_OUTCOME_TRY(text, read_text_file(path, "public key", kMostBytes, origin));
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
