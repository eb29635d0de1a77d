#pragma once

#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/plan/signature.h"

namespace tlm::cmd {

// Where the signature of a plan file stands: beside it.
[[nodiscard]] std::string signature_path(const std::string& plan);

// Writes NAME.key, for its owner only, and NAME.pub. Neither may exist: an overwritten key is lost for good.
// Errors: bad_input, naming the path.
[[nodiscard]] Result<void> write_key_pair(const std::string& name, const KeyPair& pair);

// Errors: bad_input, naming the path.
[[nodiscard]] Result<Secret> read_private_key_file(const std::string& path);
[[nodiscard]] Result<Signature> read_signature_file(const std::string& path);

// The keys in `files` and in every *.pub of `directory`, which may be empty. Errors: bad_input, also where
// the directory holds none: nobody could have signed anything then.
[[nodiscard]] Result<std::vector<TrustedKey>> read_trusted_keys(const std::vector<std::string>& files,
                                                                const std::string& directory);

}  // namespace tlm::cmd
