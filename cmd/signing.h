#pragma once

#include <string>

#include "cmd/context.h"
#include "engine/plan/plan.h"
#include "engine/plan/signature.h"
#include "state/state_file.h"

namespace tlm::cmd {

// The state that a plan is for: empty where there is none yet.
struct StateName {
    std::string lineage;
    std::int64_t serial = 0;
};
// Errors: state.
[[nodiscard]] Result<StateName> name_of(const StateFile& state);

// The terms of a signature of this plan from now on, for as long as --valid-for says.
[[nodiscard]] SignatureTerms new_terms(const Context& context, const Plan& plan, const StateName& state);

// Replaces the signature beside the plan file. A link of that name is replaced and not followed. Errors:
// bad_input, internal.
[[nodiscard]] Result<void> write_signature(const std::string& plan, const Signature& signature);

// Until when a signature is good, and for which state. Lines for people.
[[nodiscard]] std::string terms_text(const SignatureTerms& terms);

}  // namespace tlm::cmd
