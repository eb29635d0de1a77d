#include "cmd/key_files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "cmd/text_file.h"
#include "engine/plan/revocations.h"

namespace tlm::cmd {
namespace {

namespace fs = std::filesystem;

// A key is some hundred bytes; what is larger is something else.
constexpr std::size_t kMostBytes = std::size_t{64} * 1024;
// More than ten thousand entries.
constexpr std::size_t kMostRevokedBytes = std::size_t{1024} * 1024;

// `O_EXCL` neither overwrites nor follows a link.
Result<void> create_file(const std::string& path, const std::string& text, mode_t mode) {
    const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (fd < 0) {
        const bool there = errno == EEXIST;
        return fail(ErrorCode::bad_input,
                    there ? std::string("it exists, and a key is never overwritten")
                          : fmt::format("can't create the file: {}", std::strerror(errno)),
                    path, {there ? "Choose another name, or move it away." : "Choose another place."});
    }
    // Whatever the umask took away or left.
    const bool written = fchmod(fd, mode) == 0 &&
                         write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
                         fsync(fd) == 0;
    const int cause = errno;
    close(fd);
    if (written) return success();
    unlink(path.c_str());
    return fail(ErrorCode::internal, fmt::format("can't write the file: {}", std::strerror(cause)), path,
                {"Free space and run it again."});
}

// All of a regular file. Whatever else has its name is refused without being read: a pipe may never end.
Result<std::string> read_regular_file(const std::string& path, const std::string& what, std::size_t most) {
    const auto refused = [&](const std::string& why) {
        return fail(ErrorCode::bad_input, fmt::format("the {} {}", what, why), path);
    };
    const int fd = open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0) return refused(fmt::format("can't be opened: {}", std::strerror(errno)));
    struct stat status {};
    const bool regular = fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
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
    BOOST_OUTCOME_TRYV(create_file(key, pair.private_pem.reveal(), 0600));
    auto made = create_file(name + ".pub", pair.public_pem, 0644);
    // Half a pair is of no use.
    if (!made) unlink(key.c_str());
    return made;
}

Result<Secret> read_private_key_file(const std::string& path) {
    BOOST_OUTCOME_TRY(text, read_text_file(path, "private key", kMostBytes));
    Secret secret(text);
    explicit_bzero(text.data(), text.size());
    return secret;
}

Result<Signature> read_signature_file(const std::string& path) {
    BOOST_OUTCOME_TRY(text, read_text_file(path, "signature", kMostBytes));
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
