#include "engine/plan/selection.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "engine/resource/address_pattern.h"

namespace tlm {
namespace {

using Texts = std::vector<std::string>;

// What it excludes by either meaning stays as it is, so that no new name makes it guard less.
constexpr std::string_view kGuard = "--exclude";

// Everything that the targets need, by address: what their changes depend on and what they refer to, which
// may have changes of its own although the target has none.
std::unordered_set<Address> with_dependencies(const std::vector<Change>& changes,
                                              const std::vector<DesiredResource>& desired,
                                              const Texts& targets) {
    std::unordered_multimap<Address, std::vector<Address>> needs;
    std::vector<Address> open;
    const auto add = [&](const Address& address, std::vector<Address> needed) {
        needs.emplace(address, std::move(needed));
        if (matches_any(targets, address.text())) open.push_back(address);
    };
    for (const Change& change : changes)
        add(change.address, change.depends_on);
    for (const DesiredResource& resource : desired)
        add(resource.address, resource.references());
    std::unordered_set<Address> wanted;
    while (!open.empty()) {
        const Address address = std::move(open.back());
        open.pop_back();
        if (!wanted.insert(address).second) continue;
        const auto [first, last] = needs.equal_range(address);
        for (auto it = first; it != last; ++it)
            open.insert(open.end(), it->second.begin(), it->second.end());
    }
    return wanted;
}

// Excluded addresses, and the changes that can't happen without them. References run from agents to teams to
// tasks and changes are sorted in that order within a workflow, so that makings need one pass; deletes run
// the other way and need one more for each step, of which there are two.
std::unordered_set<Address> with_dependents(const std::vector<Change>& changes, const Texts& excludes) {
    std::unordered_set<Address> dropped;
    for (const Change& change : changes) {
        if (matches_any(excludes, change.address.text())) dropped.insert(change.address);
    }
    for (bool grown = !dropped.empty(); grown;) {
        grown = false;
        for (const Change& change : changes) {
            const bool blocked =
                std::ranges::any_of(change.depends_on, [&](const Address& a) { return dropped.contains(a); });
            if (blocked && dropped.insert(change.address).second) grown = true;
        }
    }
    return dropped;
}

}  // namespace

bool matches_any(const std::vector<std::string>& patterns, const std::string& text) {
    return std::ranges::any_of(patterns, [&](const std::string& p) { return address_matches(p, text); });
}

Result<void> check_patterns(const std::vector<std::string>& patterns, const std::vector<Change>& changes,
                            const std::vector<DesiredResource>& desired, std::string_view option) {
    std::vector<std::string> existing;
    if (option != kGuard && !patterns.empty()) {
        for (const DesiredResource& resource : desired)
            existing.push_back(resource.address.text());
        for (const Change& change : changes)
            existing.push_back(change.address.text());
    }
    for (const std::string& pattern : patterns) {
        BOOST_OUTCOME_TRYV(check_unambiguous(pattern, existing, option));
        const auto selects = [&](const auto& item) { return address_matches(pattern, item.address.text()); };
        if (std::ranges::any_of(desired, selects) || std::ranges::any_of(changes, selects)) continue;
        return fail(ErrorCode::bad_input, fmt::format("{} `{}` selects nothing", option, pattern), {},
                    {"Addresses look like WORKFLOW/agent/NAME; `*` matches anything, and a backslash takes "
                     "its meaning "
                     "away. `tlm plan` without the option shows the addresses."});
    }
    return success();
}

Result<Selection> select_changes(std::vector<Change> changes, const std::vector<DesiredResource>& desired,
                                 const PlanOptions& options) {
    Selection selection;
    if (options.targets.empty() && options.excludes.empty()) {
        selection.kept = std::move(changes);
        return selection;
    }
    BOOST_OUTCOME_TRYV(check_patterns(options.targets, changes, desired, "--target"));
    BOOST_OUTCOME_TRYV(check_patterns(options.excludes, changes, desired, kGuard));
    const auto wanted = with_dependencies(changes, desired, options.targets);
    const auto dropped = with_dependents(changes, options.excludes);
    for (Change& change : changes) {
        const bool keep =
            (options.targets.empty() || wanted.contains(change.address)) && !dropped.contains(change.address);
        if (keep) {
            selection.kept.push_back(std::move(change));
        } else if (change.action != Action::none) {
            selection.left_out.push_back(change.address.text());
        }
    }
    return selection;
}

}  // namespace tlm
