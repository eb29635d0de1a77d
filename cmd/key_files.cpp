#include "cmd/key_files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "cmd/paths.h"
#include "cmd/text_file.h"

namespace tlm::cmd {
namespace {

namespace fs = std::filesystem;

// A key is some hundred bytes; what is larger is something else.
constexpr std::size_t kMostBytes = std::size_t{64} * 1024;

// `O_EXCL` neither overwrites nor follows a link.
Result<void> create_file(const std::string& path, const std::string& text, mode_t mode) {
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

}  // namespace tlm::cmd
