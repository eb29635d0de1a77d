#include "cmd/delete_limit.h"

#include <fmt/format.h>

#include <charconv>
#include <optional>
#include <string_view>

#include "engine/base/sha256.h"
#include "engine/plan/plan_file.h"

namespace tlm::cmd {
namespace {

std::string breach_text(const LimitBreach& breach) {
    if (breach.kind) {
        return fmt::format("{} {} of workflow {}", breach.existing == 1 ? "the only" : "all",
                           breach.existing == 1
                               ? std::string(kind_name(*breach.kind))
                               : fmt::format("{} {}s", breach.existing, kind_name(*breach.kind)),
                           breach.workflow);
    }
    return fmt::format("{} of {} agents and teams of workflow {} ({} %)", breach.taken_down, breach.existing,
                       breach.workflow, breach.taken_down * 100 / std::max<std::size_t>(breach.existing, 1));
}

// `given` is what the command line says, `limit` what of it is for this plan.
std::string limit_text(const DeleteLimit& given, const DeleteLimit& limit) {
    if (limit.digest != given.digest)
        return fmt::format(
            "--max-deletes allows {} for the plan {} only, and without it at most 30 % may go, and never all "
            "of "
            "a kind",
            given.count.value_or(0), given.digest);
    if (limit.count) return fmt::format("--max-deletes {} is less", *limit.count);
    if (limit.percent) return fmt::format("--max-deletes {}% is less", *limit.percent);
    return "without --max-deletes at most 30 % may go, and never all of a kind";
}

std::optional<std::size_t> read_count(std::string_view word) {
    std::size_t count = 0;
    const char* const last = word.data() + word.size();
    const auto [end, error] = std::from_chars(word.data(), last, count);
    if (word.empty() || error != std::errc() || end != last) return std::nullopt;
    return count;
}

}  // namespace

Result<DeleteLimit> read_delete_limit(const std::string& word) {
    DeleteLimit limit;
    const char* const last = word.data() + word.size();
    const std::size_t space = word.find(' ');
    if (space != std::string::npos) {
        limit.count = read_count(std::string_view(word).substr(0, space));
        limit.digest = word.substr(space + 1);
        if (limit.count && is_sha256(limit.digest)) return limit;
    } else if (word.ends_with('%')) {
        double percent = 0;
        const auto [end, error] = std::from_chars(word.data(), last - 1, percent);
        if (error == std::errc() && end == last - 1 && percent >= 0 && percent <= 100) {
            limit.percent = percent;
            return limit;
        }
    } else {
        limit.count = read_count(word);
        if (limit.count) return limit;
    }
    return fail(
        ErrorCode::bad_input,
        fmt::format("--max-deletes takes a count, as 12, or a share, as 40%, or a count for one plan, as "
                    "`12 sha256:` and 64 hex digits; `{}` is none of them",
                    word));
}

Result<void> enforce_limit(const Plan& plan, std::string digest, const Snapshot& snapshot,
                           const std::vector<Binding>& bindings, const DeleteLimit& given) {
    // A digest over a large plan takes its time, and most plans need none.
    if (digest.empty() && !given.digest.empty()) digest = plan_digest(plan);
    const DeleteLimit limit = limit_for_plan(given, digest);
    const LimitCheck check = check_limit(plan, snapshot, bindings, limit);
    if (check.breaches.empty()) return success();
    constexpr std::size_t kMostNamed = 5;
    std::string text;
    for (std::size_t i = 0; i < std::min(check.breaches.size(), kMostNamed); ++i)
        text += fmt::format("{}{}", text.empty() ? "" : ", ", breach_text(check.breaches[i]));
    if (check.breaches.size() > kMostNamed)
        text += fmt::format(" and {} more", check.breaches.size() - kMostNamed);
    return fail(
        ErrorCode::limit,
        fmt::format("a safety limit: the plan would delete or replace {}; {}", text,
                    limit_text(given, limit)),
        {},
        {"Look at what goes: a workflow file may be missing or cut short.",
         fmt::format("If all of it is meant to go, `--max-deletes {}` allows exactly so many, and "
                     "`--max-deletes '{} {}'` so many of this plan only.",
                     check.taken_down, check.taken_down, digest.empty() ? plan_digest(plan) : digest)});
}

}  // namespace tlm::cmd
