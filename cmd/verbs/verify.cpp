#include <fmt/format.h>

#include <filesystem>

#include "cmd/approval.h"
#include "cmd/key_files.h"
#include "cmd/plan_input.h"
#include "cmd/stdio.h"
#include "cmd/verbs/verbs.h"
#include "engine/base/text.h"
#include "engine/plan/plan_file.h"

namespace tlm::cmd {
namespace {

// What is known of who signed it, after it passed all that was demanded.
Result<std::string> signature_line(const Approval& approval, const std::string& path,
                                   const std::string& digest) {
    const std::string file = signature_path(path);
    std::error_code error;
    if (!std::filesystem::exists(file, error)) return std::string("not signed\n");
    BOOST_OUTCOME_TRY(signature, read_signature_file(file));
    if (const TrustedKey* signer = signer_of(digest, signature, approval.trusted))
        return fmt::format("signed by {} ({})\n", visible(signer->name), signer->id);
    return fmt::format("a signature is there, by the key {}; not checked, for want of --trusted-key\n",
                       signature.key_id);
}

}  // namespace

Result<ExitCode> run_verify(const Context& context) {
    const std::string& path = context.options.positional.front();
    BOOST_OUTCOME_TRY(approval, demanded_approval(context));
    BOOST_OUTCOME_TRY(plan, read_plan_file(context, path));
    const std::string digest = plan_digest(plan);
    BOOST_OUTCOME_TRYV(check_approval(approval, path, digest));
    BOOST_OUTCOME_TRY(signature, signature_line(approval, path, digest));
    BOOST_OUTCOME_TRYV(
        write_out(fmt::format("{}: unchanged since it was planned\ndigest {}{}\n{}", visible(path), digest,
                              approval.digest.empty() ? "" : ", as expected", signature)));
    return ExitCode::done;
}

}  // namespace tlm::cmd
