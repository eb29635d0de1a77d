#include "cmd/approval.h"

#include <fmt/format.h>

#include <filesystem>

#include "cmd/key_files.h"

namespace tlm::cmd {
namespace {

std::string names_of(const std::vector<TrustedKey>& keys) {
    std::string text;
    for (const TrustedKey& key : keys)
        text += fmt::format("{}{}", text.empty() ? "" : ", ", key.name);
    return text;
}

Result<void> check_signature(const std::vector<TrustedKey>& trusted, const std::string& path,
                             const std::string& digest) {
    const std::string file = signature_path(path);
    std::error_code error;
    if (!std::filesystem::exists(file, error))
        return fail(ErrorCode::conflict, fmt::format("the plan is not signed: there is no {}", file), path,
                    {"`tlm plan --out FILE --sign KEY` signs a plan."});
    BOOST_OUTCOME_TRY(signature, read_signature_file(file));
    if (signer_of(digest, signature, trusted) != nullptr) return success();
    const bool known =
        std::ranges::any_of(trusted, [&](const TrustedKey& key) { return key.id == signature.key_id; });
    return fail(ErrorCode::conflict,
                known ? "the signature is not of this plan: one of the two was changed or exchanged"
                      : fmt::format("the plan is signed with the key {}, which is not trusted here",
                                    signature.key_id),
                path,
                {known ? std::string("Plan again and have the new plan approved.")
                       : fmt::format("Trusted: {}.", names_of(trusted))});
}

}  // namespace

Result<Approval> demanded_approval(const Context& context) {
    Approval approval;
    approval.digest = context.options.expect;
    BOOST_OUTCOME_TRY(keys,
                      read_trusted_keys(context.options.trusted_keys, context.settings.trusted_keys_dir));
    approval.trusted = std::move(keys);
    return approval;
}

Result<void> check_approval(const Approval& approval, const std::string& path, const std::string& digest) {
    if (!approval.digest.empty() && approval.digest != digest) {
        return fail(ErrorCode::conflict,
                    fmt::format("the plan's digest is {}, and {} is expected", digest, approval.digest), path,
                    {"It is another plan than the one that was approved: `tlm diff` compares the two."});
    }
    if (approval.trusted.empty()) return success();
    return check_signature(approval.trusted, path, digest);
}

Result<void> check_unreviewed(const Context& context) {
    if (!context.options.expect.empty() || !context.options.trusted_keys.empty()) {
        return fail(ErrorCode::bad_input, "--expect and --trusted-key are about a plan file", {},
                    {"`tlm plan --out FILE` writes one, and `tlm apply FILE` applies it."});
    }
    if (context.settings.trusted_keys_dir.empty()) return success();
    return fail(ErrorCode::bad_input,
                "TLM_TRUSTED_KEYS is set, so that only plan files that are signed are applied here", {},
                {"`tlm plan --out FILE --sign KEY` writes and signs one; `tlm plan --destroy` does the same "
                 "for a teardown."});
}

}  // namespace tlm::cmd
