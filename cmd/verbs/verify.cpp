#include <fmt/format.h>

#include <filesystem>

#include "cmd/approval.h"
#include "cmd/confinement.h"
#include "cmd/key_files.h"
#include "cmd/plan_input.h"
#include "cmd/signing.h"
#include "cmd/stdio.h"
#include "cmd/verbs/verbs.h"
#include "engine/base/text.h"
#include "engine/plan/plan_file.h"

namespace tlm::cmd {
namespace {

// What is known of who signed it, and for how long.
Result<std::string> signature_lines(const std::optional<CheckedSignature>& checked, const std::string& path) {
    if (checked) {
        std::string text =
            fmt::format("signed by {} ({})\n", visible(checked->signer.name), checked->signer.id);
        if (checked->signature.terms) text += terms_text(*checked->signature.terms);
        return text;
    }
    const std::string file = signature_path(path);
    std::error_code error;
    if (!std::filesystem::exists(file, error)) return std::string("not signed\n");
    BOOST_OUTCOME_TRY(signature, read_signature_file(file));
    return fmt::format("a signature is there, by the key {}; not checked, for want of --trusted-key\n",
                       visible(signature.key_id));
}

}  // namespace

Result<ExitCode> run_verify(const Context& context) {
    const std::string& path = context.options.positional.front();
    BOOST_OUTCOME_TRY(approval, demanded_approval(context));
    // The keys are trusted, and were read: of the directory that they are in, too, by links out of it.
    confine({path, signature_path(path)});
    BOOST_OUTCOME_TRY(plan, read_plan_file(context, path));
    BOOST_OUTCOME_TRY(checked, check_approval(context, approval, path, plan));
    BOOST_OUTCOME_TRY(signature, signature_lines(checked, path));
    BOOST_OUTCOME_TRYV(
        write_out(fmt::format("{}: unchanged since it was planned\ndigest {}{}\n{}", visible(path),
                              plan_digest(plan), approval.digest.empty() ? "" : ", as expected", signature)));
    return ExitCode::done;
}

}  // namespace tlm::cmd
