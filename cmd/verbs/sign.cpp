#include <fmt/format.h>

#include "cmd/approval.h"
#include "cmd/key_files.h"
#include "cmd/plan_input.h"
#include "cmd/render/plan_text.h"
#include "cmd/signing.h"
#include "cmd/stdio.h"
#include "cmd/verbs/verbs.h"
#include "engine/base/text.h"
#include "engine/plan/plan_file.h"

namespace tlm::cmd {

Result<ExitCode> run_sign(const Context& context) {
    const Options& options = context.options;
    const std::string& path = options.positional.front();
    BOOST_OUTCOME_TRY(plan, read_plan_file(context, path));
    BOOST_OUTCOME_TRYV(check_expected(options.expect, path, plan_digest(plan)));
    BOOST_OUTCOME_TRY(key, read_private_key_file(options.sign));
    BOOST_OUTCOME_TRY(state, StateFile::open(context.settings.state_path, plan.target, StateMode::read));
    BOOST_OUTCOME_TRY(state_name, name_of(*state));
    const SignatureTerms terms = new_terms(context, plan, state_name);
    BOOST_OUTCOME_TRY(signature, sign_terms(terms, key, options.sign));
    BOOST_OUTCOME_TRYV(write_signature(path, signature));
    BOOST_OUTCOME_TRYV(
        write_out(fmt::format("{}: {} {}.\ntarget {}\ndigest {}\nsigned with the key {}\n{}", visible(path),
                              has_changes(plan) ? "Plan:" : "No changes:", summary_text(summarise(plan)),
                              visible(plan.target), terms.digest, signature.key_id, terms_text(terms))));
    say(context, fmt::format("Written to {}.\n", visible(signature_path(path))));
    return ExitCode::done;
}

}  // namespace tlm::cmd
