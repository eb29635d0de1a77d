#include "cmd/render/apply_command.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/base/shell_quote.h"

namespace tlm::cmd {
namespace {

// What the safety limit counts, see check_limit.
std::size_t taken_down(const Plan& plan) {
    if (plan.options.destroy) return 0;
    return static_cast<std::size_t>(std::ranges::count_if(plan.changes, [](const Change& change) {
        return change.action == Action::replace ||
               (change.action == Action::remove && change.reason != Reason::duplicate);
    }));
}

std::string named(const std::string& file) {
    return file.empty() || file == "-" ? "plan.json" : shell_quoted_path(file);
}

std::string allowance(const Plan& plan) {
    const std::size_t n = taken_down(plan);
    return n == 0 ? "" : fmt::format(" --max-deletes {}", n);
}

}  // namespace

std::string apply_command(const Plan& plan, const std::string& file) {
    return fmt::format("tlm apply {}{}", named(file), allowance(plan));
}

std::string apply_command_with_digest(const Plan& plan, const std::string& digest, const std::string& file) {
    return fmt::format("tlm apply {} --expect {}{}", named(file), digest, allowance(plan));
}

std::string options_text(const PlanOptions& options) {
    std::string text;
    if (options.destroy) text += "--destroy ";
    if (options.force) text += "--force ";
    if (options.prune) text += "--prune ";
    for (const std::string& glob : options.targets)
        text += shell_option("--target", glob) + " ";
    for (const std::string& glob : options.excludes)
        text += shell_option("--exclude", glob) + " ";
    for (const std::string& glob : options.replaces)
        text += shell_option("--replace", glob) + " ";
    return text;
}

}  // namespace tlm::cmd
