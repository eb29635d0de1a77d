#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/base/secret.h"

namespace tlm {

// A detached Ed25519 signature of a plan. It is over the plan's digest and not over the bytes of its file:
// the digest covers all that the plan means, and a checkout that changes line ends keeps it. The signed
// message begins with the name of the format, so that no other use of the key passes for a signature of a
// plan.
//
// Format 2, which is written, is an approval that ends. Its message is its own text without the last line:
//   tlm-signature/2
//   digest sha256:…
//   target https://…
//   issued-at 2026-11-29T13:00:00Z
//   not-after 2026-12-06T13:00:00Z
//   lineage 0f3a…              these two only where the signer had a state
//   serial 12
//   key sha256:…
//   ed25519 …
// Format 1 is read for ever: three lines (format, key, ed25519) over the message
//   tlm-signature/1 LF sha256:… LF
// It never ends and is bound to no state.

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

// What a signature of format 2 says. All of it is signed.
struct SignatureTerms {
    std::string digest;  // of the plan
    std::string target;  // of the plan, so that whoever reads the signature sees what it is for
    std::chrono::sys_seconds issued_at{};
    std::chrono::sys_seconds not_after{};  // the last second in which the plan may be applied
    std::string lineage;                   // of the state that the plan is for; empty: not known
    std::int64_t serial = 0;               // of that state when it was signed: shown, not checked
    friend bool operator==(const SignatureTerms&, const SignatureTerms&) = default;
};

struct Signature {
    std::string key_id;                   // which key made it: TrustedKey::id
    std::string bytes;                    // 64
    std::optional<SignatureTerms> terms;  // none: format 1
};

// Where and when a signature of format 2 is to hold.
struct SignatureUse {
    std::string target;  // of the plan
    std::chrono::sys_seconds now{};
    std::string lineage;  // of the state here; empty where there is none
};

// Why the terms of a signature do not hold.
enum class TermsFault { none, other_target, not_yet_valid, expired, other_lineage };

// How far the signer's clock may be ahead.
inline constexpr std::chrono::minutes kMostClockSkew{5};

// From the machine's source of randomness. Errors: internal.
[[nodiscard]] Result<KeyPair> generate_key_pair();

// Errors: bad_input where the text is no public Ed25519 key in PEM; `name` is how messages call it.
[[nodiscard]] Result<TrustedKey> read_public_key(std::string_view pem, const std::string& name);

// The public half of a private key. Errors: bad_input where the string is no private Ed25519 key in PEM, or
// is encrypted.
[[nodiscard]] Result<TrustedKey> read_private_key(const Secret& private_pem, const std::string& name);

// Signs in format 2. Errors: those of the key, and bad_input for terms with a control character in them,
// which would not be a line of the signature each.
[[nodiscard]] Result<Signature> sign_terms(const SignatureTerms& terms, const Secret& private_pem,
                                           const std::string& name);

// The signature's file. A string that differs from what is written in anything but its line ends is refused
// as a conflict, like a plan that was altered.
[[nodiscard]] std::string signature_to_text(const Signature& signature);
[[nodiscard]] Result<Signature> signature_from_text(std::string_view text, const std::string& name);

// The key of `trusted` that made the signature over this digest, or null. Terms are checked apart.
[[nodiscard]] const TrustedKey* signer_of(const std::string& digest, const Signature& signature,
                                          const std::vector<TrustedKey>& trusted);

// The first of the terms that does not hold. Lineages are compared where both are known.
[[nodiscard]] TermsFault check_terms(const SignatureTerms& terms, const SignatureUse& use);

}  // namespace tlm
