#include "cmd/delete_limit.h"

#include <fmt/format.h>

#include <charconv>

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

std::string limit_text(const DeleteLimit& limit) {
    if (limit.count) return fmt::format("--max-deletes {} is less", *limit.count);
    if (limit.percent) return fmt::format("--max-deletes {}% is less", *limit.percent);
    return "without --max-deletes at most 30 % may go, and never all of a kind";
}

}  // namespace

Result<DeleteLimit> read_delete_limit(const std::string& word) {
    DeleteLimit limit;
    const char* const last = word.data() + word.size();
    if (word.ends_with('%')) {
        double percent = 0;
        const auto [end, error] = std::from_chars(word.data(), last - 1, percent);
        if (error == std::errc() && end == last - 1 && percent >= 0 && percent <= 100) {
            limit.percent = percent;
            return limit;
        }
    } else {
        std::size_t count = 0;
        const auto [end, error] = std::from_chars(word.data(), last, count);
        if (error == std::errc() && end == last && !word.empty()) {
            limit.count = count;
            return limit;
        }
    }
    return fail(ErrorCode::bad_input,
                fmt::format("--max-deletes takes a count, as 12, or a share, as 40%; `{}` is neither", word));
}

Result<void> enforce_limit(const Plan& plan, const Snapshot& snapshot, const std::vector<Binding>& bindings,
                           const DeleteLimit& limit) {
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
        fmt::format("a safety limit: the plan would delete or replace {}; {}", text, limit_text(limit)), {},
        {"Look at what goes: a workflow file may be missing or cut short.",
         fmt::format("If all of it is meant to go, `--max-deletes {}` allows exactly so many.",
                     check.taken_down)});
}

}  // namespace tlm::cmd
