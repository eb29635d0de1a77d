#include <fmt/format.h>

#include "cmd/render/duration.h"
#include "cmd/render/json_document.h"
#include "cmd/stdio.h"
#include "cmd/system_clock.h"
#include "cmd/verbs/verbs.h"
#include "engine/base/text.h"
#include "state/state_file.h"

namespace tlm::cmd {
namespace {

std::string runs_json(const std::vector<RunRecord>& runs) {
    JsonDocument json;
    json.begin_object();
    json.text("format", "tlm-log/1");
    json.begin_array("runs");
    for (const RunRecord& run : runs) {
        json.begin_object();
        json.text("id", run.id);
        json.text("verb", run.verb);
        json.text("plan", run.plan);
        json.text("target", run.target);
        json.text("started_at", run.started_at);
        json.text("ended_at", run.ended_at);
        json.text("result", run.result);
        json.number("calls", run.calls);
        json.end_object();
    }
    json.end_array();
    json.end_object();
    return json.finish();
}

std::string entries_json(const std::string& run, const std::vector<JournalEntry>& entries) {
    JsonDocument json;
    json.begin_object();
    json.text("format", "tlm-log/1");
    json.text("run", run);
    json.begin_array("calls");
    for (const JournalEntry& entry : entries) {
        json.begin_object();
        json.number("id", entry.intent.id.value);
        json.text("begun_at", entry.begun_at);
        json.text("call", entry.intent.verb);
        json.text("address", entry.intent.address.text());
        json.text("target", entry.intent.target.text());
        if (entry.outcome) {
            json.text("result", entry.outcome->result);
            json.text("reason", entry.outcome->reason);
            json.text("made", entry.outcome->made.text());
        }
        json.end_object();
    }
    json.end_array();
    json.end_object();
    return json.finish();
}

// Nothing where it was cut short, or a clock was put back meanwhile.
std::string took(const RunRecord& run) {
    const auto begin = read_stamp(run.started_at);
    const auto end = read_stamp(run.ended_at);
    return begin && end && *end >= *begin ? ", " + duration_text(*end - *begin) : "";
}

std::string runs_text(const std::vector<RunRecord>& runs) {
    if (runs.empty()) return "No apply was run from this state yet.\n";
    std::string text;
    for (const RunRecord& run : runs) {
        text += fmt::format("{}  {}  {:<7}  {:<11}  {} call{}{}\n", visible(run.id), visible(run.started_at),
                            visible(run.verb), run.ended_at.empty() ? "cut short" : visible(run.result),
                            run.calls, run.calls == 1 ? "" : "s", took(run));
    }
    return text;
}

std::string entries_text(const std::vector<JournalEntry>& entries) {
    if (entries.empty()) return "This run sent no call.\n";
    std::string text;
    for (const JournalEntry& entry : entries) {
        text +=
            fmt::format("{:>6}  {}  {:<6}  {:<10}  {}", entry.intent.id.value, visible(entry.begun_at),
                        visible(entry.intent.verb), entry.outcome ? visible(entry.outcome->result) : "open",
                        visible(entry.intent.address.text()));
        if (entry.outcome && !entry.outcome->reason.empty()) text += ": " + visible(entry.outcome->reason);
        text += "\n";
    }
    return text;
}

}  // namespace

Result<ExitCode> run_log(const Context& context) {
    const bool json = context.options.format == Format::json;
    BOOST_OUTCOME_TRY(state,
                      StateFile::open(context.settings.state_path, context.settings.target, StateMode::read));
    BOOST_OUTCOME_TRY(runs, state->runs());
    if (context.options.positional.empty()) {
        BOOST_OUTCOME_TRYV(write_out(json ? runs_json(runs) : runs_text(runs)));
        return ExitCode::done;
    }
    const std::string& wanted = context.options.positional.front();
    for (const RunRecord& run : runs) {
        if (!run.id.starts_with(wanted)) continue;
        BOOST_OUTCOME_TRY(entries, state->entries(run.id));
        BOOST_OUTCOME_TRYV(write_out(json ? entries_json(run.id, entries) : entries_text(entries)));
        return ExitCode::done;
    }
    return fail(ErrorCode::not_found, "there is no such run", wanted, {"`tlm log` lists the runs."});
}

}  // namespace tlm::cmd
