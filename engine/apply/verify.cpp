#include "engine/apply/verify.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

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

}  // namespace

Result<void> verify(ApplyReport& report, ApplyPorts& ports, const ApplySettings& settings) {
    BOOST_OUTCOME_TRY(after, ports.reader.read_fleet());
    BOOST_OUTCOME_TRY(ties, settle_ties(report.results, after, ports, settings));
    std::ranges::move(ties.told, std::back_inserter(report.settled));
    std::ranges::move(ties.troubles, std::back_inserter(report.mismatches));
    report.interrupted = report.interrupted || ties.interrupted;
    if (ties.stopped_by) report.stopped_by = ties.stopped_by;
    if (ties.any()) {
        BOOST_OUTCOME_TRY(again, ports.reader.read_fleet());
        after = std::move(again);
    }
    BOOST_OUTCOME_TRY(bindings, ports.state.bindings());
    BOOST_OUTCOME_TRY(left_behind, ports.state.left_behind());
    const FleetIndex fleet(after, bindings, left_behind);
    for (const ChangeResult& result : report.results) {
        if (result.kind == ResultKind::done) check(result, fleet, report.mismatches);
    }
    return ports.cache.save_snapshot(after);
}

}  // namespace tlm
