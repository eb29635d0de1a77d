#include "engine/plan/protection.h"

#include <algorithm>

namespace tlm {
namespace {

bool takes_down(const Change& change) {
    if (change.action == Action::remove) return change.reason != Reason::duplicate;
    return change.action == Action::replace;
}

}  // namespace

std::vector<Protection> protections_of(const std::vector<Workflow>& workflows) {
    std::vector<Protection> protections;
    for (const Workflow& workflow : workflows) {
        for (const std::string& pattern : workflow.protect)
            protections.push_back({workflow.name, pattern});
    }
    std::ranges::sort(protections);
    const auto repeated = std::ranges::unique(protections);
    protections.erase(repeated.begin(), repeated.end());
    return protections;
}

const Protection* find_protection(const std::vector<Protection>& protections, const Address& address,
                                  const std::string& text) {
    const auto at = std::ranges::find_if(protections, [&](const Protection& protection) {
        return protection.workflow == address.workflow && address_matches(protection.pattern, text);
    });
    return at == protections.end() ? nullptr : &*at;
}

std::vector<ProtectedLoss> find_protected_losses(const std::vector<Change>& changes,
                                                 const std::vector<Protection>& remembered,
                                                 const std::vector<Protection>& wanted) {
    std::vector<ProtectedLoss> losses;
    if (remembered.empty() && wanted.empty()) return losses;
    for (const Change& change : changes) {
        if (!takes_down(change)) continue;
        const std::string text = change.address.text();
        if (const Protection* by = find_protection(remembered, change.address, text)) {
            losses.push_back({change.address, change.action, *by, true});
        } else if (const Protection* now = find_protection(wanted, change.address, text)) {
            losses.push_back({change.address, change.action, *now, false});
        }
    }
    return losses;
}

}  // namespace tlm
