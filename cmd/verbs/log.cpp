#include <fmt/format.h>
#include <rapidjson/prettywriter.h>
#include <rapidjson/stringbuffer.h>

#include "cmd/render/duration.h"
#include "cmd/stdio.h"
#include "cmd/system_clock.h"
#include "cmd/verbs/verbs.h"
#include "engine/base/text.h"
#include "state/state_file.h"

namespace tlm::cmd {
namespace {

using Writer = rapidjson::PrettyWriter<rapidjson::StringBuffer>;

void member(Writer& writer, const char* name, const std::string& text) {
    writer.Key(name);
    writer.String(text);
}

std::string finish(rapidjson::StringBuffer& buffer) {
    return visible_json({buffer.GetString(), buffer.GetSize()}) + "\n";
}

std::string runs_json(const std::vector<RunRecord>& runs) {
    rapidjson::StringBuffer buffer;
    Writer writer(buffer);
    writer.SetIndent(' ', 2);
    writer.StartObject();
    member(writer, "format", "tlm-log/1");
    writer.Key("runs");
    writer.StartArray();
    for (const RunRecord& run : runs) {
        writer.StartObject();
        member(writer, "id", run.id);
        member(writer, "verb", run.verb);
        member(writer, "plan", run.plan);
        member(writer, "target", run.target);
        member(writer, "started_at", run.started_at);
        member(writer, "ended_at", run.ended_at);
        member(writer, "result", run.result);
        writer.Key("calls");
        writer.Int64(run.calls);
        writer.EndObject();
    }
    writer.EndArray();
    writer.EndObject();
    return finish(buffer);
}

std::string entries_json(const std::string& run, const std::vector<JournalEntry>& entries) {
    rapidjson::StringBuffer buffer;
    Writer writer(buffer);
    writer.SetIndent(' ', 2);
    writer.StartObject();
    member(writer, "format", "tlm-log/1");
    member(writer, "run", run);
    writer.Key("calls");
    writer.StartArray();
    for (const JournalEntry& entry : entries) {
        writer.StartObject();
        writer.Key("id");
        writer.Int64(entry.intent.id.value);
        member(writer, "begun_at", entry.begun_at);
        member(writer, "call", entry.intent.verb);
        member(writer, "address", entry.intent.address.text());
        member(writer, "target", entry.intent.target.text());
        if (entry.outcome) {
            member(writer, "result", entry.outcome->result);
            member(writer, "reason", entry.outcome->reason);
            member(writer, "made", entry.outcome->made.text());
        }
        writer.EndObject();
    }
    writer.EndArray();
    writer.EndObject();
    return finish(buffer);
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
