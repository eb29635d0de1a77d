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
    return json_document([&](JsonWriter& writer) {
        writer.StartObject();
        text_member(writer, "format", "tlm-log/1");
        writer.Key("runs");
        writer.StartArray();
        for (const RunRecord& run : runs) {
            writer.StartObject();
            text_member(writer, "id", run.id);
            text_member(writer, "verb", run.verb);
            text_member(writer, "plan", run.plan);
            text_member(writer, "target", run.target);
            text_member(writer, "started_at", run.started_at);
            text_member(writer, "ended_at", run.ended_at);
            text_member(writer, "result", run.result);
            number_member(writer, "calls", run.calls);
            writer.EndObject();
        }
        writer.EndArray();
        writer.EndObject();
    });
}

std::string entries_json(const std::string& run, const std::vector<JournalEntry>& entries) {
    return json_document([&](JsonWriter& writer) {
        writer.StartObject();
        text_member(writer, "format", "tlm-log/1");
        text_member(writer, "run", run);
        writer.Key("calls");
        writer.StartArray();
        for (const JournalEntry& entry : entries) {
            writer.StartObject();
            number_member(writer, "id", entry.intent.id.value);
            text_member(writer, "begun_at", entry.begun_at);
            text_member(writer, "call", entry.intent.verb);
            text_member(writer, "address", entry.intent.address.text());
            text_member(writer, "target", entry.intent.target.text());
            if (entry.outcome) {
                text_member(writer, "result", entry.outcome->result);
                text_member(writer, "reason", entry.outcome->reason);
                text_member(writer, "made", entry.outcome->made.text());
            }
            writer.EndObject();
        }
        writer.EndArray();
        writer.EndObject();
    });
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
        text += fmt::format("{}  {}  {:<7}  {:<11}  {} call{}{}\n", run.id, run.started_at, run.verb,
                            run.ended_at.empty() ? "cut short" : run.result, run.calls,
                            run.calls == 1 ? "" : "s", took(run));
    }
    return text;
}

std::string entries_text(const std::vector<JournalEntry>& entries) {
    if (entries.empty()) return "This run sent no call.\n";
    std::string text;
    for (const JournalEntry& entry : entries) {
        text += fmt::format("{:>6}  {}  {:<6}  {:<10}  {}", entry.intent.id.value, entry.begun_at,
                            entry.intent.verb, entry.outcome ? entry.outcome->result : "open",
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
