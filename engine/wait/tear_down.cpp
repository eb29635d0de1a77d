#include "engine/wait/tear_down.h"

#include <unordered_map>

#include "engine/plan/teardown.h"
#include "engine/resource/task_status.h"

namespace tlm {
namespace {

std::vector<EndedTask> ends_of(const std::string& workflow, const std::vector<TrackedTask>& tasks) {
    std::vector<EndedTask> ends;
    for (const TrackedTask& task : tasks) {
        if (task.address.workflow != workflow) continue;
        if (const auto end = end_of(task.stage)) ends.push_back({task.address, task.id, *end});
    }
    return ends;
}

void take(TeardownReport& report, const ApplyReport& done) {
    report.interrupted = done.interrupted;
    report.stopped_by = done.stopped_by;
    for (const ChangeResult& result : done.results) {
        const Address& address = result.change->address;
        if (result.kind == ResultKind::done || result.kind == ResultKind::already) {
            ++(address.kind == Kind::agent ? report.agents : report.teams);
        } else if (result.kind != ResultKind::not_started) {
            report.failed.emplace_back(address, result.reason);
        }
    }
}

}  // namespace

Result<TeardownReport> tear_down(const TornDown& what, const std::vector<TrackedTask>& tasks,
                                 ApplyPorts& ports, const ApplySettings& settings) {
    BOOST_OUTCOME_TRYV(ports.journal.commit({.ended = ends_of(what.workflow, tasks), .torn_down = {what}}));
    TeardownReport report;
    report.what = what;
    auto fleet = ports.reader.read_fleet();
    if (!fleet) {
        report.interrupted = fleet.error().code == ErrorCode::interrupted;
        if (!report.interrupted) report.stopped_by = fleet.error();
        return report;
    }
    BOOST_OUTCOME_TRY(view, view_state(ports.state, fleet.value()));
    const FleetIndex index(fleet.value(), view.bindings, view.left_behind);
    TeardownChanges changes = teardown_changes(what.workflow, index, view.bindings, view.protections);
    report.kept = std::move(changes.kept);
    if (changes.changes.empty()) return report;
    ports.observer.on(TeardownBegins{what, changes.changes.size()});
    Plan plan;
    plan.workflows = {what.workflow};
    plan.changes = std::move(changes.changes);
    ApplySettings own = settings;
    own.reviewed = false;  // what an earlier apply of the plan made and took down says nothing of these
    BOOST_OUTCOME_TRY(done, execute(plan, fleet.value(), ports, own));
    take(report, done);
    return report;
}

Result<void> remember_ends(const Snapshot& fleet, const StateReader& state, Journal& journal) {
    std::unordered_map<ResourceId, TaskEnd> shown;
    for (const LiveResource& live : fleet.resources) {
        if (live.kind != Kind::task) continue;
        const std::string_view status = live.attributes.text(Attribute::status);
        if (has_completed(status)) shown.emplace(live.id, TaskEnd::completed);
        if (has_failed(status)) shown.emplace(live.id, TaskEnd::failed);
    }
    if (shown.empty()) return success();
    BOOST_OUTCOME_TRY(bindings, state.bindings());
    BOOST_OUTCOME_TRY(known, state.ended_tasks());
    std::unordered_map<Address, TaskEnd> before;
    for (const EndedTask& task : known)
        before.emplace(task.address, task.end);
    JournalBatch batch;
    for (const Binding& binding : bindings) {
        const auto end = shown.find(binding.id);
        if (binding.address.kind != Kind::task || end == shown.end()) continue;
        const auto at = before.find(binding.address);
        if (at == before.end() || at->second != end->second)
            batch.ended.push_back({binding.address, binding.id, end->second});
    }
    return batch.empty() ? success() : journal.commit(batch);
}

}  // namespace tlm
