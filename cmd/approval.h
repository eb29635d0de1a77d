#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cmd/context.h"
#include "cmd/key_files.h"
#include "engine/plan/plan.h"
#include "engine/plan/signature.h"

namespace tlm::cmd {

// What is demanded of a plan before it is applied: --expect, --trusted-key, TLM_TRUSTED_KEYS with what is
// revoked beside the keys, and --require-expiry.
struct Approval {
    std::string digest;               // empty: any
    std::vector<TrustedKey> trusted;  // empty: unsigned ones too
    Revocations revoked;              // keys and plans that are refused whoever signed
    std::string lineage;       // of the state here; empty where there is none, or nothing is to be signed
    bool must_expire = false;  // signatures of format 1 are refused
};

// A signature that passed every check, and the key that made it.
struct CheckedSignature {
    TrustedKey signer;
    Signature signature;
};

// Reads all that lies outside of the plan and its signature. Errors: state; bad_input where a key can't be
// read, or where a signature is to expire and none is asked for.
[[nodiscard]] Result<Approval> demanded_approval(const Context& context);

// Whether the digest is the one that --expect names, where it names one. Errors: conflict.
[[nodiscard]] Result<void> check_expected(const std::string& expected, const std::string& path,
                                          const std::string& digest);

// Whether the plan of this file is one that was approved: the digest that is expected, a signature by a
// trusted key over it, neither of them revoked, for this target and the state here, that has not expired.
// Gives the signature where one is demanded; one that never expires is warned of. Errors: conflict where it
// is not approved, saying which plan, key, time or state it is instead; bad_input where its signature can't
// be opened; state.
[[nodiscard]] Result<std::optional<CheckedSignature>> check_approval(const Context& context,
                                                                     const Approval& approval,
                                                                     const std::string& path,
                                                                     const Plan& plan);

// Refuses a change that no plan file says, of the state or through it of the target, where only plan files
// that are signed may change something. `command`: "state mv". Errors: bad_input.
[[nodiscard]] Result<void> check_by_hand(const Context& context, const std::string& command);

// Refuses to apply anything but a plan file where approval is demanded. Errors: bad_input.
[[nodiscard]] Result<void> check_unreviewed(const Context& context);

}  // namespace tlm::cmd
