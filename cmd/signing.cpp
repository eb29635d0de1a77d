#include "cmd/signing.h"

#include <fmt/format.h>

#include <chrono>

#include "cmd/key_files.h"
#include "cmd/stdio.h"
#include "engine/base/text.h"
#include "engine/base/utc_time.h"
#include "engine/plan/plan_file.h"

namespace tlm::cmd {

Result<StateName> name_of(const StateFile& state) {
    BOOST_OUTCOME_TRY(lineage, state.lineage());
    if (lineage.empty()) return StateName();
    BOOST_OUTCOME_TRY(serial, state.serial());
    return StateName{std::move(lineage), serial};
}

SignatureTerms new_terms(const Context& context, const Plan& plan, const StateName& state) {
    SignatureTerms terms;
    terms.digest = plan_digest(plan);
    terms.target = plan.target;
    terms.issued_at = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    terms.not_after = terms.issued_at + context.options.valid_for;
    terms.lineage = state.lineage;
    terms.serial = state.serial;
    return terms;
}

Result<void> write_signature(const std::string& plan, const Signature& signature) {
    return replace_file_atomically(signature_path(plan), signature_to_text(signature));
}

std::string terms_text(const SignatureTerms& terms) {
    std::string text = fmt::format("valid from {} until {} ({})\n", utc_text(terms.issued_at),
                                   utc_text(terms.not_after), span_text(terms.not_after - terms.issued_at));
    return text + (terms.lineage.empty()
                       ? std::string("for any state: where it was signed there was none\n")
                       : fmt::format("for the state of lineage {} (serial {} when it was signed)\n",
                                     visible(terms.lineage), terms.serial));
}

}  // namespace tlm::cmd
