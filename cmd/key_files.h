#pragma once

#include <sys/types.h>

#include <map>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/plan/signature.h"

namespace tlm::cmd {

// Where the signature of a plan file stands: beside it.
[[nodiscard]] std::string signature_path(const std::string& plan);

// Writes NAME.key, for its owner only, and NAME.pub. Neither may exist: an overwritten key is lost for good.
// Errors: bad_input, naming the path; also where the file system can't keep the key from others (DrvFs, CIFS
// and FAT hold no modes), and no file is left then.
[[nodiscard]] Result<void> write_key_pair(const std::string& name, const KeyPair& pair);

// Who can read a private key besides the user that signs with it. The owner of a file can always make it
// readable for itself.
enum class KeyExposure { none, by_mode, by_owner };
[[nodiscard]] KeyExposure exposure_of(mode_t mode, uid_t owner, uid_t user);

// Errors: bad_input, naming the path; also for a regular file that others than the user can read. A pipe has
// no mode that means something, so that `--key <(…)` works.
[[nodiscard]] Result<Secret> read_private_key_file(const std::string& path);
[[nodiscard]] Result<Signature> read_signature_file(const std::string& path);

// The keys in `files` and in every *.pub of `directory`, which may be empty. Errors: bad_input, also where
// the directory holds none: nobody could have signed anything then.
[[nodiscard]] Result<std::vector<TrustedKey>> read_trusted_keys(const std::vector<std::string>& files,
                                                                const std::string& directory);

// What must not be taken any more: key fingerprints and plan digests, each with the file that says so.
using Revocations = std::map<std::string, std::string>;

// The entries of the files named `revoked` in `directory`, which may be empty, and beside each of `files`.
// None where there is no such file. Errors: bad_input where one can't be read, is not a regular file, or
// holds anything but entries.
[[nodiscard]] Result<Revocations> read_revoked(const std::vector<std::string>& files,
                                               const std::string& directory);

}  // namespace tlm::cmd
