#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/base/secret.h"

namespace tlm {

// A detached Ed25519 signature of a plan. It is over the plan's digest, and not over the bytes of its file:
// the digest covers all that the plan means, and a checkout that turns line ends keeps it. The message is
//   tlm-signature/1 LF sha256:… LF
// so that no other use of the key can be taken for a signature of a plan.

// An Ed25519 key pair in PEM, as `openssl genpkey -algorithm ed25519` and `openssl pkey -pubout` write it.
struct KeyPair {
    Secret private_pem;
    std::string public_pem;
};

// A public key by which signatures are checked.
struct TrustedKey {
    std::string name;  // how messages call it, usually its file
    std::string id;    // `sha256:` and 64 hex digits over its DER form
    std::string raw;   // 32 bytes
};

struct Signature {
    std::string key_id;  // which key made it: TrustedKey::id
    std::string bytes;   // 64
};

// From the machine's source of randomness. Errors: internal.
[[nodiscard]] Result<KeyPair> generate_key_pair();

// Errors: bad_input where the text is no public Ed25519 key in PEM; `name` is how messages call it.
[[nodiscard]] Result<TrustedKey> read_public_key(std::string_view pem, const std::string& name);

// Signs a plan's digest. Errors: bad_input where the text is no private Ed25519 key in PEM, or is encrypted.
[[nodiscard]] Result<Signature> sign_digest(const std::string& digest, const Secret& private_pem,
                                            const std::string& name);

// The signature's file: three lines. A text that differs from them in anything but its line ends is refused
// as a conflict, like a plan that was altered.
[[nodiscard]] std::string signature_to_text(const Signature& signature);
[[nodiscard]] Result<Signature> signature_from_text(std::string_view text, const std::string& name);

// The key of `trusted` that made the signature over this digest, or null.
[[nodiscard]] const TrustedKey* signer_of(const std::string& digest, const Signature& signature,
                                          const std::vector<TrustedKey>& trusted);

}  // namespace tlm
