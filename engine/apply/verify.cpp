#include "engine/apply/verify.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/apply/settle.h"

namespace tlm {
namespace {

std::string listed(const Attributes& attributes) {
    std::string text;
    for (const auto& [attribute, value] : attributes) {
        text += fmt::format("{}{}", text.empty() ? "" : ", ", attribute_name(attribute));
    }
    return text;
}

void check(const ChangeResult& result, const FleetIndex& fleet, std::vector<std::string>& mismatches) {
    const Change& change = *result.change;
    const std::string address = change.address.text();
    if (change.action == Action::remove) {
        if (fleet.by_id(change.address.kind, change.id) != nullptr) {
            mismatches.push_back(fmt::format("{}: was deleted, and is still listed", address));
        }
        return;
    }
    const LiveResource* live = fleet.match(change.address).chosen;
    if (live == nullptr) {
        mismatches.push_back(fmt::format("{}: was applied, and is not listed any more", address));
    } else if (change.address.kind != Kind::task || live->attributes.text(Attribute::status) == "pending") {
        const Attributes missing = still_missing(change, fleet, *live);
        if (!missing.empty()) {
            mismatches.push_back(
                fmt::format("{}: the target shows other values for {}", address, listed(missing)));
        }
    }
}

// A create of ours that turned out not to be the only one: nothing carried the key when we looked.
const LiveResource* elder(const ChangeResult& result, const FleetIndex& fleet) {
    const Change& change = *result.change;
    if (result.kind != ResultKind::done || change.action != Action::create ||
        !std::holds_alternative<MustBeAbsent>(change.precondition)) {
        return nullptr;
    }
    const Match match = fleet.match(change.address);
    if (!match.bound || match.surplus.empty()) return nullptr;
    const LiveResource* oldest = match.surplus.front();
    const bool older =
        std::tie(oldest->created_at, oldest->id) < std::tie(match.chosen->created_at, match.chosen->id);
    return older ? oldest : nullptr;
}

Result<void> settle_surplus(const Snapshot& after, const FleetIndex& fleet, ApplyReport& report,
                            ApplyPorts& ports, const ApplySettings& settings) {
    Plan removals;
    JournalBatch rebind;
    for (const ChangeResult& result : report.results) {
        const LiveResource* oldest = elder(result, fleet);
        if (oldest == nullptr) continue;
        const Change& made = *result.change;
        if (made.address.kind == Kind::task) {
            report.settled.push_back(
                fmt::format("{}: was submitted at the same time by another apply; tasks can't be deleted",
                            made.address.text()));
            continue;
        }
        const LiveResource* ours = fleet.match(made.address).chosen;
        Change removal;
        removal.address = made.address;
        removal.action = Action::remove;
        removal.reason = Reason::duplicate;
        removal.key = made.key;
        removal.id = ours->id;
        removal.precondition = MustMatch{{}, fingerprint({}, {})};
        removals.changes.push_back(std::move(removal));
        rebind.bind.push_back({made.address, made.key, oldest->id, {}, planned_attributes(made)});
        report.settled.push_back(
            fmt::format("{}: another apply made it at the same time; the older one (id {}) stays, ours (id "
                        "{}) is deleted",
                        made.address.text(), oldest->id.value, ours->id.value));
    }
    if (removals.changes.empty()) return success();
    BOOST_OUTCOME_TRY(removed, execute(removals, after, ports, settings));
    for (const ChangeResult& result : removed.results) {
        if (result.kind == ResultKind::failed) {
            report.mismatches.push_back(fmt::format("{}: surplus could not be deleted: {}",
                                                    result.change->address.text(), result.reason));
        }
    }
    return ports.journal.commit(rebind);
}

}  // namespace

Result<void> verify(ApplyReport& report, ApplyPorts& ports, const ApplySettings& settings) {
    BOOST_OUTCOME_TRY(after, ports.reader.read_fleet());
    BOOST_OUTCOME_TRY(bindings, ports.state.bindings());
    const FleetIndex fleet(after, bindings);
    for (const ChangeResult& result : report.results) {
        if (result.kind == ResultKind::done) check(result, fleet, report.mismatches);
    }
    BOOST_OUTCOME_TRYV(settle_surplus(after, fleet, report, ports, settings));
    return ports.cache.save_snapshot(after);
}

}  // namespace tlm
