#include "cmd/verbs/state_change.h"

#include <fmt/format.h>

#include <unordered_map>

#include "cmd/error_text.h"
#include "cmd/interrupt.h"
#include "cmd/render/rekey_text.h"
#include "cmd/stdio.h"
#include "cmd/system_clock.h"
#include "engine/apply/recover.h"
#include "engine/base/text.h"

namespace tlm::cmd {
namespace {

// So that --refresh=false does not plan from names that are gone.
Result<void> cache(StateChange& change, const RekeyReport& report) {
    std::unordered_map<ResourceId, const Rekeying*> renamed;
    for (const Rekeying* item : report.done)
        renamed.emplace(item->id, item);
    for (LiveResource& live : change.snapshot.resources) {
        const auto at = renamed.find(live.id);
        if (at != renamed.end() && at->second->to.kind == live.kind) live.name = at->second->key;
    }
    return change.state->save_snapshot(change.snapshot);
}

ExitCode exit_code_of(const RekeyReport& report) {
    if (report.stopped_by) return exit_code(report.stopped_by->code);
    if (report.interrupted) return ExitCode::interrupted;
    return report.failed.empty() && report.not_started == 0 ? ExitCode::done : ExitCode::partial;
}

const char* result_word(ExitCode code) {
    if (code == ExitCode::done) return "done";
    if (code == ExitCode::partial) return "partial";
    return code == ExitCode::interrupted ? "interrupted" : "failed";
}

}  // namespace

Result<StateChange> begin_change(const Context& context, std::string doing) {
    const Settings& settings = context.settings;
    BOOST_OUTCOME_TRY(lock, StateLock::acquire(settings.state_path, doing, context.options.lock_timeout));
    BOOST_OUTCOME_TRY(state, StateFile::open(settings.state_path, settings.target, StateMode::write));
    BOOST_OUTCOME_TRY(target, Target::open(context));
    say(context, fmt::format("Reading the fleet on {}\n", settings.target));
    BOOST_OUTCOME_TRY(snapshot, target.reader().read_fleet());
    BOOST_OUTCOME_TRY(told, settle_open_intents(snapshot, target.reader(), *state, *state));
    if (!told.empty()) say(context, "An earlier run was cut short; settled first:\n");
    for (const std::string& line : told)
        say(context, "  " + visible(line) + "\n");
    return StateChange{std::move(lock), std::move(state), std::move(target), std::move(snapshot),
                       std::move(doing)};
}

Error changed_meanwhile() {
    return fail(ErrorCode::conflict, "the fleet changed while the question stood", {},
                {"Nothing was changed. Give the same command again."});
}

Result<ExitCode> rename_and_tell(const Context& context, StateChange& change,
                                 const std::vector<Rekeying>& items, const std::string& verb) {
    StopOnSignals::drain();
    SystemClock clock;
    StateFile& state = *change.state;
    RekeySettings settings;
    settings.parallelism = context.options.parallelism;
    settings.stop_requested = stop_requested;
    BOOST_OUTCOME_TRY(run, state.begin_run(change.doing, {}));
    settings.run = run;
    const RekeyReport report = carry_out(items, {change.target.writer(), state, clock}, settings);
    const ExitCode code = exit_code_of(report);
    auto written = write_out(rekey_report_text(report, verb, context.out));
    if (written) written = flush_out();
    auto ended = state.end_run(result_word(code), {});
    if (ended) ended = cache(change, report);
    if (!ended) say(context, warning_text(ended.error(), context.err, "the end of this run is not recorded"));
    if (report.stopped_by) return *report.stopped_by;
    if (!written && code == ExitCode::done) return written.error();
    return code;
}

}  // namespace tlm::cmd
