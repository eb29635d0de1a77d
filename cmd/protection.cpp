#include "cmd/protection.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "engine/base/shell_quote.h"
#include "engine/base/text.h"

namespace tlm::cmd {

std::string loss_text(const ProtectedLoss& loss) {
    return fmt::format("{}would be {}, and is protected by `{}`{}",
                       loss.known_as ? fmt::format("(which is {}) ", visible(loss.known_as->text())) : "",
                       loss.action == Action::replace ? "replaced" : "deleted", visible(loss.by.pattern),
                       loss.remembered ? ", which the state remembers" : "");
}

Result<void> enforce_protection(const std::vector<ProtectedLoss>& losses) {
    if (losses.empty()) return success();
    constexpr std::size_t kMostNamed = 5;
    std::string names;
    for (std::size_t i = 0; i < std::min(losses.size(), kMostNamed); ++i)
        names += fmt::format(
            "{}{}{}", names.empty() ? "" : ", ", visible(losses[i].address.text()),
            losses[i].known_as ? fmt::format(" (which is {})", visible(losses[i].known_as->text())) : "");
    if (losses.size() > kMostNamed) names += fmt::format(" and {} more", losses.size() - kMostNamed);
    std::set<std::string> patterns;
    for (const ProtectedLoss& loss : losses) {
        if (loss.remembered) patterns.insert(loss.by.pattern);
    }
    std::string lift;
    const bool dash =
        std::ranges::any_of(patterns, [](const auto& pattern) { return pattern.starts_with("-"); });
    for (const std::string& pattern : patterns)
        lift += (lift.empty() && dash ? " -- " : " ") + shell_quoted(pattern);
    std::string excludes;
    for (std::size_t i = 0; i < std::min(losses.size(), kMostNamed); ++i)
        excludes += " " + shell_option("--exclude", losses[i].address.text());
    if (losses.size() > kMostNamed) excludes += " and so on";
    std::vector<std::string> hints = {
        fmt::format("To go on without {}:{}", losses.size() == 1 ? "it" : "them", excludes)};
    if (std::ranges::any_of(losses, [](const ProtectedLoss& loss) { return !loss.remembered; }))
        hints.emplace_back("If it is meant to go, take it out of `tlm.protect` in the workflow.");
    if (!lift.empty())
        hints.push_back(fmt::format("The state remembers it; this lifts it: tlm state unprotect{}", lift));
    return fail(ErrorCode::limit,
                fmt::format("{} {} protected: the plan would delete or replace {}", losses.size(),
                            losses.size() == 1 ? "resource is" : "resources are", names),
                {}, hints);
}

}  // namespace tlm::cmd
