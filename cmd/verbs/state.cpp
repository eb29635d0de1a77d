#include <fmt/format.h>

#include "cmd/approval.h"
#include "cmd/paths.h"
#include "cmd/render/json_document.h"
#include "cmd/stdio.h"
#include "cmd/verbs/state_protection.h"
#include "cmd/verbs/verbs.h"
#include "engine/base/text.h"
#include "state/maintenance.h"
#include "state/state_file.h"
#include "state/state_lock.h"

namespace tlm::cmd {
namespace {

void write_binding(JsonDocument& json, const Binding& binding, bool whole) {
    json.begin_object();
    json.text("format", "tlm-binding/1");
    json.text("address", binding.address.text());
    json.text("key", binding.key);
    json.text("id", binding.id.text());
    if (!binding.team.empty()) json.text("team", binding.team.text());
    if (whole) json.json("applied", binding.applied.json());
    json.end_object();
}

std::string list_json(const std::vector<Binding>& bindings) {
    JsonDocument json;
    json.begin_array();
    for (const Binding& binding : bindings)
        write_binding(json, binding, false);
    json.end_array();
    return json.finish();
}

std::string list_text(const std::vector<Binding>& bindings) {
    if (bindings.empty()) return "Nothing is bound: `tlm apply` binds what it makes or adopts.\n";
    std::string text;
    for (const Binding& binding : bindings) {
        text += fmt::format("{}  (id {})\n", visible(binding.address.text()), visible(binding.id.text()));
    }
    return text;
}

std::string show_text(const Binding& binding) {
    std::string text =
        fmt::format("{}\n  id: {}\n", visible(binding.address.text()), visible(binding.id.text()));
    if (!binding.key.empty()) text += fmt::format("  key: {}\n", visible(binding.key));
    if (!binding.team.empty()) text += fmt::format("  team: {}\n", visible(binding.team.text()));
    text += "  last applied:\n";
    const Attributes applied = binding.applied.read();
    for (const auto& [attribute, value] : applied) {
        text += fmt::format("    {}: {}\n", attribute_name(attribute), value_text(value));
    }
    return text;
}

Result<ExitCode> list(const Context& context, const StateReader& state) {
    BOOST_OUTCOME_TRY(bindings, state.bindings());
    say(context, fmt::format("Bound on {}\n", context.settings.target));
    BOOST_OUTCOME_TRYV(
        write_out(context.options.format == Format::json ? list_json(bindings) : list_text(bindings)));
    return ExitCode::done;
}

Result<ExitCode> show(const Context& context, const StateReader& state) {
    const std::string& text = context.options.positional.front();
    BOOST_OUTCOME_TRY(address, Address::parse(text));
    BOOST_OUTCOME_TRY(bindings, state.bindings());
    for (const Binding& binding : bindings) {
        if (binding.address != address) continue;
        if (context.options.format != Format::json) {
            BOOST_OUTCOME_TRYV(write_out(show_text(binding)));
            return ExitCode::done;
        }
        JsonDocument json;
        write_binding(json, binding, true);
        BOOST_OUTCOME_TRYV(write_out(json.finish()));
        return ExitCode::done;
    }
    std::vector<std::string> known;
    for (const Binding& binding : bindings)
        known.push_back(binding.address.text());
    std::vector<std::string> hints = {"`tlm state list` shows what is bound on this target."};
    if (const auto near = nearest(text, known))
        hints.insert(hints.begin(), fmt::format("Did you mean `{}`?", *near));
    return fail(ErrorCode::not_found, "nothing is bound to this address", text, std::move(hints));
}

std::string lock_json(const std::optional<LockHolder>& holder) {
    JsonDocument json;
    json.begin_object();
    json.text("format", "tlm-lock/1");
    json.flag("locked", holder.has_value());
    if (holder) {
        json.text("user", holder->user);
        json.text("host", holder->host);
        json.number("pid", holder->pid);
        json.text("since", holder->since);
        json.text("doing", holder->doing);
    }
    json.end_object();
    return json.finish();
}

Result<ExitCode> lock(const Context& context) {
    BOOST_OUTCOME_TRY(holder, StateLock::holder(context.settings.state_path));
    if (context.options.format == Format::json) {
        BOOST_OUTCOME_TRYV(write_out(lock_json(holder)));
        return ExitCode::done;
    }
    if (!holder) {
        BOOST_OUTCOME_TRYV(write_out("Not locked.\n"));
        return ExitCode::done;
    }
    BOOST_OUTCOME_TRYV(write_out(fmt::format("Locked by {}\n", visible(state::describe(*holder)))));
    return ExitCode::done;
}

Result<ExitCode> check(const Context& context) {
    BOOST_OUTCOME_TRY(found, check_state(context.settings.state_path));
    if (!found.faults.empty()) {
        std::string text;
        for (const std::string& fault : found.faults)
            text += fmt::format("  {}\n", visible(fault));
        BOOST_OUTCOME_TRYV(write_out(text));
        return fail(
            ErrorCode::state, "the state is damaged", context.settings.state_path.path,
            {"Restore a backup, or move the file away and run `tlm plan`: a new state finds what exists "
             "by its keys."});
    }
    std::string text = fmt::format("Sound: {} bound, {} calls in the journal, lineage {}, serial {}.\n",
                                   found.bindings, found.calls, visible(found.lineage), found.serial);
    if (found.open > 0) {
        text += fmt::format("{} of the calls have no outcome yet: the next `tlm apply` settles them.\n",
                            found.open);
    }
    BOOST_OUTCOME_TRYV(write_out(text));
    return ExitCode::done;
}

Result<ExitCode> backup(const Context& context) {
    const std::string& copy = context.options.positional.front();
    BOOST_OUTCOME_TRYV(check_stays_below(copy));
    BOOST_OUTCOME_TRYV(back_up_state(context.settings.state_path, copy));
    say(context, fmt::format("Copied to {}.\n", visible(copy)));
    return ExitCode::done;
}

// The verbs that change something, as they are typed; null for the others.
const char* changes_by_hand(StateVerb verb) {
    switch (verb) {
        case StateVerb::mv:
            return "state mv";
        case StateVerb::rm:
            return "state rm";
        case StateVerb::import:
            return "state import";
        case StateVerb::unprotect:
            return "state unprotect";
        case StateVerb::list:
        case StateVerb::show:
        case StateVerb::lock:
        case StateVerb::check:
        case StateVerb::backup:
        case StateVerb::protections:
            break;
    }
    return nullptr;
}

}  // namespace

Result<ExitCode> run_state(const Context& context) {
    if (const char* command = changes_by_hand(context.options.state_verb)) {
        BOOST_OUTCOME_TRYV(check_by_hand(context, command));
    }
    switch (context.options.state_verb) {
        case StateVerb::lock:
            return lock(context);
        case StateVerb::check:
            return check(context);
        case StateVerb::backup:
            return backup(context);
        case StateVerb::protections:
            return list_protections(context);
        case StateVerb::unprotect:
            return lift_protections(context);
        case StateVerb::mv:
            return run_state_mv(context);
        case StateVerb::rm:
            return run_state_rm(context);
        case StateVerb::import:
            return run_state_import(context);
        case StateVerb::list:
        case StateVerb::show:
            break;
    }
    BOOST_OUTCOME_TRY(state,
                      StateFile::open(context.settings.state_path, context.settings.target, StateMode::read));
    return context.options.state_verb == StateVerb::show ? show(context, *state) : list(context, *state);
}

}  // namespace tlm::cmd
