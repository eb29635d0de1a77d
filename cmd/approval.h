#pragma once

#include <string>
#include <vector>

#include "cmd/context.h"
#include "engine/plan/signature.h"

namespace tlm::cmd {

// What is demanded of a plan before it is applied: --expect, --trusted-key and TLM_TRUSTED_KEYS.
struct Approval {
    std::string digest;               // empty: any
    std::vector<TrustedKey> trusted;  // empty: unsigned ones too
};

// Errors: bad_input where a key can't be read.
[[nodiscard]] Result<Approval> demanded_approval(const Context& context);

// Whether the plan of this file is one that was approved. Errors: conflict where it is not, saying which plan
// or key it is instead; bad_input where its signature can't be opened.
[[nodiscard]] Result<void> check_approval(const Approval& approval, const std::string& path,
                                          const std::string& digest);

// Refuses to apply anything but a plan file where approval is demanded. Errors: bad_input.
[[nodiscard]] Result<void> check_unreviewed(const Context& context);

}  // namespace tlm::cmd
