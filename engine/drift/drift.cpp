#include "engine/drift/drift.h"

#include <algorithm>
#include <array>
#include <tuple>

#include "engine/plan/comparison.h"
#include "engine/plan/teardown.h"

namespace tlm {
namespace {

constexpr std::array<std::string_view, 6> kNames = {"orphan",  "duplicate", "missing",
                                                    "changed", "stopped",   "unowned"};

DriftKind drift_kind(StrayKind kind) {
    switch (kind) {
        case StrayKind::duplicate:
            return DriftKind::duplicate;
        case StrayKind::unowned:
            return DriftKind::unowned;
        case StrayKind::left_behind:
        case StrayKind::orphan:
            break;
    }
    return DriftKind::orphan;
}

Finding from_stray(const Stray& stray) {
    Finding finding;
    finding.kind = drift_kind(stray.kind);
    finding.address = stray.address;
    finding.name = stray.live->name;
    finding.id = stray.live->id;
    finding.left_behind = stray.kind == StrayKind::left_behind;
    return finding;
}

// An attribute that was never applied, or whose live value is still the one last applied, has not drifted:
// the workflow was edited.
bool only_edited(const AttributeChange& change, const Binding* binding) {
    if (binding == nullptr) return false;
    const std::optional<Value> applied = binding->applied.find(change.attribute);
    return !applied || (change.before && same_meaning(change.attribute, *applied, *change.before));
}

void from_change(const Change& change, const FleetIndex& fleet, std::vector<Finding>& findings) {
    Finding finding;
    finding.address = change.address;
    finding.name = change.address.kind == Kind::task ? change.address.name : change.key;
    finding.id = change.id;
    if (change.action == Action::create) {
        // A task that was never submitted is work to come, and nothing that went missing.
        if (change.address.kind == Kind::task && change.reason != Reason::gone) return;
        finding.kind = DriftKind::missing;
        findings.push_back(std::move(finding));
        return;
    }
    if (change.action != Action::update && change.action != Action::replace) return;
    const Binding* binding = fleet.bound_to(change.address.kind, change.id);
    Finding stopped = finding;
    for (const AttributeChange& attribute : change.attributes) {
        if (only_edited(attribute, binding)) continue;
        const bool replaced_whole = change.action == Action::replace && attribute.before == attribute.after;
        if (replaced_whole) continue;
        const bool is_status = attribute.attribute == Attribute::status && change.address.kind == Kind::agent;
        (is_status ? stopped : finding).attributes.push_back(attribute);
    }
    // A team that only awaits an agent's new id shows the drift at the agent.
    if (change.reason == Reason::member_recreated) return;
    if (!finding.attributes.empty()) {
        finding.kind = DriftKind::changed;
        findings.push_back(std::move(finding));
    }
    if (!stopped.attributes.empty()) {
        stopped.kind = DriftKind::stopped;
        findings.push_back(std::move(stopped));
    }
}

// What is still there of a workflow that is torn down, where that was cut short: nobody claims it any more.
Finding from_left_over(const Change& change) {
    Finding finding;
    finding.address = change.address;
    finding.name = change.key;
    finding.id = change.id;
    return finding;
}

}  // namespace

std::string_view drift_name(DriftKind kind) {
    return kNames[static_cast<std::size_t>(kind)];
}

std::optional<DriftKind> parse_drift(std::string_view name) {
    const auto at = std::ranges::find(kNames, name);
    if (at == kNames.end()) return std::nullopt;
    return static_cast<DriftKind>(at - kNames.begin());
}

std::vector<Finding> find_drift(PlanInputs inputs, const std::set<DriftKind>& ignored) {
    auto [fleet, desired, matches] = compare(inputs);
    std::set<std::string> read;
    for (const Workflow& workflow : inputs.workflows)
        read.insert(workflow.name);

    std::vector<Finding> findings;
    const auto strays = find_strays(inputs.snapshot, fleet, desired, matches, inputs.state.left_behind, read);
    for (const Stray& stray : strays) {
        findings.push_back(from_stray(stray));
        findings.back().not_read = stray.address && !read.contains(stray.address->workflow);
    }
    // Nothing is missing of what is torn down.
    const SetAside aside = take_out_torn_down(desired, inputs, fleet);
    if (!aside.resources.empty()) matches = fleet.match_all(desired);
    for (const Change& change : aside.left)
        findings.push_back(from_left_over(change));
    const Diff difference = diff(desired, matches, fleet);
    for (const Change& change : difference.changes)
        from_change(change, fleet, findings);
    std::erase_if(findings, [&](const Finding& finding) { return ignored.contains(finding.kind); });
    std::ranges::sort(findings, [](const Finding& left, const Finding& right) {
        return std::tuple(!left.address, left.address, left.kind, left.id) <
               std::tuple(!right.address, right.address, right.kind, right.id);
    });
    return findings;
}

}  // namespace tlm
