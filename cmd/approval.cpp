#include "cmd/approval.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>

#include "cmd/key_files.h"
#include "engine/base/shell_quote.h"
#include "engine/base/text.h"
#include "engine/base/utc_time.h"
#include "engine/plan/plan_file.h"
#include "state/state_file.h"

namespace tlm::cmd {
namespace {

std::string names_of(const std::vector<TrustedKey>& keys) {
    std::string text;
    for (const TrustedKey& key : keys)
        text += fmt::format("{}{}", text.empty() ? "" : ", ", key.name);
    return text;
}

std::string sign_command(const std::string& plan) {
    return fmt::format("tlm sign {} --key KEY", shell_quoted_path(plan));
}

// In words, where the terms do not hold.
Result<void> check_use(const SignatureTerms& terms, const SignatureUse& use, const std::string& path) {
    const std::string again = fmt::format("Read the plan and have it signed again: {}", sign_command(path));
    switch (check_terms(terms, use)) {
        case TermsFault::none:
            return success();
        case TermsFault::other_target:
            return fail(ErrorCode::conflict,
                        fmt::format("the signature is for the target {}, and the plan's is {}", terms.target,
                                    use.target),
                        path, {again});
        case TermsFault::not_yet_valid:
            return fail(
                ErrorCode::conflict,
                fmt::format("the signature is of {} from now ({}); at most {} minutes are allowed for",
                            span_text(terms.issued_at - use.now), utc_text(terms.issued_at),
                            kMostClockSkew.count()),
                path, {"Compare the clock of this machine with the signer's: `date -u`.", again});
        case TermsFault::expired:
            return fail(ErrorCode::conflict,
                        fmt::format("the signature expired at {}, {} ago", utc_text(terms.not_after),
                                    span_text(use.now - terms.not_after)),
                        path, {again});
        case TermsFault::other_lineage:
            return fail(
                ErrorCode::conflict,
                fmt::format("the plan was signed for the state of lineage {}, and the lineage here is {}",
                            terms.lineage, use.lineage),
                path,
                {"Name the state that it is for with --state or TLM_STATE; `tlm state check` shows a "
                 "lineage.",
                 "To sign for this state, name it when signing: tlm sign --state FILE PLAN --key KEY"});
    }
    return success();
}

Result<std::string> lineage_here(const Settings& settings) {
    BOOST_OUTCOME_TRY(state, StateFile::open(settings.state_path, settings.target, StateMode::read));
    return state->lineage();
}

Result<CheckedSignature> check_signature(const Context& context, const Approval& approval,
                                         const std::string& path, const Plan& plan,
                                         const std::string& digest) {
    if (const auto at = approval.revoked.find(digest); at != approval.revoked.end()) {
        return fail(ErrorCode::conflict, fmt::format("the plan is revoked: {} names its digest", at->second),
                    path, {"Plan again and have the new plan approved."});
    }
    const std::string file = signature_path(path);
    std::error_code error;
    if (!std::filesystem::exists(file, error))
        return fail(ErrorCode::conflict, fmt::format("the plan is not signed: there is no {}", file), path,
                    {fmt::format("Whoever approves it signs it: {}", sign_command(path))});
    BOOST_OUTCOME_TRY(signature, read_signature_file(file));
    const TrustedKey* signer = signer_of(digest, signature, approval.trusted);
    if (signer == nullptr) {
        const bool known = std::ranges::any_of(
            approval.trusted, [&](const TrustedKey& key) { return key.id == signature.key_id; });
        return fail(ErrorCode::conflict,
                    known ? "the signature is not of this plan: one of the two was changed or exchanged"
                          : fmt::format("the plan is signed with the key {}, which is not trusted here",
                                        signature.key_id),
                    path,
                    {known ? std::string("Plan again and have the new plan approved.")
                           : fmt::format("Trusted: {}.", names_of(approval.trusted))});
    }
    if (const auto at = approval.revoked.find(signer->id); at != approval.revoked.end()) {
        return fail(ErrorCode::conflict,
                    fmt::format("the plan is signed with the key {} ({}), which {} revokes", signer->name,
                                signer->id, at->second),
                    path, {fmt::format("Have it signed with another key: {}", sign_command(path))});
    }
    if (signature.terms) {
        SignatureUse use;
        use.target = plan.target;
        use.now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
        use.lineage = approval.lineage;
        BOOST_OUTCOME_TRYV(check_use(*signature.terms, use, path));
    } else if (approval.must_expire) {
        return fail(
            ErrorCode::conflict,
            fmt::format("{} is of format 1, which never expires, and --require-expiry is given", file), path,
            {fmt::format("Read the plan and have it signed again: {}", sign_command(path))});
    } else {
        say(context, fmt::format("warning: {} is of format 1, which never expires and is bound to no state. "
                                 "`{}` writes one that expires; --require-expiry refuses format 1.\n",
                                 visible(file), sign_command(path)));
    }
    return CheckedSignature{*signer, std::move(signature)};
}

}  // namespace

Result<void> check_expected(const std::string& expected, const std::string& path, const std::string& digest) {
    if (expected.empty() || expected == digest) return success();
    return fail(ErrorCode::conflict,
                fmt::format("the plan's digest is {}, and {} is expected", digest, expected), path,
                {"It is another plan than the one that was approved: `tlm diff` compares the two."});
}

Result<Approval> demanded_approval(const Context& context) {
    Approval approval;
    approval.digest = context.options.expect;
    approval.must_expire = context.options.require_expiry;
    // Keys that are named replace the others and never join them; whatever is revoked stays revoked.
    const std::vector<std::string>& named = context.options.trusted_keys;
    BOOST_OUTCOME_TRY(
        keys, read_trusted_keys(named, named.empty() ? context.settings.trusted_keys_dir : std::string()));
    approval.trusted = std::move(keys);
    BOOST_OUTCOME_TRY(revoked, read_revoked(named, context.settings.trusted_keys_dir));
    approval.revoked = std::move(revoked);
    // Taken for a guard, it would guard nothing.
    if (approval.must_expire && approval.trusted.empty()) {
        return fail(ErrorCode::bad_input, "--require-expiry is about signatures, and none is asked for", {},
                    {"Name the keys that may sign with --trusted-key or TLM_TRUSTED_KEYS."});
    }
    if (!approval.trusted.empty()) {
        BOOST_OUTCOME_TRY(lineage, lineage_here(context.settings));
        approval.lineage = std::move(lineage);
    }
    return approval;
}

Result<std::optional<CheckedSignature>> check_approval(const Context& context, const Approval& approval,
                                                       const std::string& path, const Plan& plan) {
    const std::string digest = plan_digest(plan);
    BOOST_OUTCOME_TRYV(check_expected(approval.digest, path, digest));
    if (approval.trusted.empty()) return std::optional<CheckedSignature>();
    BOOST_OUTCOME_TRY(checked, check_signature(context, approval, path, plan, digest));
    return std::optional<CheckedSignature>(std::move(checked));
}

Result<void> check_by_hand(const Context& context, const std::string& command) {
    if (context.settings.trusted_keys_dir.empty()) return success();
    return fail(
        ErrorCode::bad_input,
        fmt::format(
            "TLM_TRUSTED_KEYS is set, so that only plan files that are signed change anything here, and "
            "`tlm {}` has none",
            command),
        {},
        {"Whoever may change this state by hand does it where TLM_TRUSTED_KEYS is not set; `tlm log` "
         "shows it afterwards."});
}

Result<void> check_unreviewed(const Context& context) {
    const Options& options = context.options;
    if (!options.expect.empty() || !options.trusted_keys.empty() || options.require_expiry) {
        return fail(ErrorCode::bad_input,
                    "--expect, --trusted-key and --require-expiry are about a plan file", {},
                    {"`tlm plan --out FILE` writes one, and `tlm apply FILE` applies it."});
    }
    if (options.reapply) {
        return fail(ErrorCode::bad_input, "--reapply is about a plan file", {},
                    {"Without a plan file the plan is made from what is there now."});
    }
    if (context.settings.trusted_keys_dir.empty()) return success();
    return fail(ErrorCode::bad_input,
                "TLM_TRUSTED_KEYS is set, so that only plan files that are signed are applied here", {},
                {"`tlm plan --out FILE --sign KEY` writes and signs one; `tlm plan --destroy` does the same "
                 "for a teardown."});
}

}  // namespace tlm::cmd
