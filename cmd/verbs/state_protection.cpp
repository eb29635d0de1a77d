#include "cmd/verbs/state_protection.h"

#include <fmt/format.h>

#include <algorithm>

#include "cmd/confirmation.h"
#include "cmd/render/json_document.h"
#include "cmd/stdio.h"
#include "engine/base/text.h"
#include "state/state_file.h"
#include "state/state_lock.h"

namespace tlm::cmd {
namespace {

std::string line_of(const Protection& protection) {
    return fmt::format("{}  (workflow {})\n", visible(protection.pattern), visible(protection.workflow));
}

std::string protections_json(const std::vector<Protection>& protections) {
    JsonDocument json;
    json.begin_array();
    for (const Protection& protection : protections) {
        json.begin_object();
        json.text("format", "tlm-protection/1");
        json.text("workflow", protection.workflow);
        json.text("pattern", protection.pattern);
        json.end_object();
    }
    json.end_array();
    return json.finish();
}

// Every one whose pattern is among the words. Errors: bad_input, with those that there are.
Result<std::vector<Protection>> named(const std::vector<Protection>& protections,
                                      const std::vector<std::string>& patterns) {
    std::vector<Protection> found;
    for (const std::string& pattern : patterns) {
        const auto before = found.size();
        std::ranges::copy_if(protections, std::back_inserter(found),
                             [&](const Protection& protection) { return protection.pattern == pattern; });
        if (found.size() > before) continue;
        std::vector<std::string> hints;
        for (const Protection& protection : protections) {
            if (address_matches(protection.pattern, pattern))
                hints.push_back(fmt::format("It is protected by `{}`, which can be lifted as a whole.",
                                            visible(protection.pattern)));
        }
        if (hints.empty()) hints.emplace_back("`tlm state protections` lists those that there are.");
        return fail(ErrorCode::bad_input,
                    fmt::format("the state remembers no protection `{}`", visible(pattern)), {}, hints);
    }
    std::ranges::sort(found);
    const auto repeated = std::ranges::unique(found);
    found.erase(repeated.begin(), repeated.end());
    return found;
}

}  // namespace

Result<ExitCode> list_protections(const Context& context) {
    BOOST_OUTCOME_TRY(state,
                      StateFile::open(context.settings.state_path, context.settings.target, StateMode::read));
    BOOST_OUTCOME_TRY(protections, state->protections());
    std::string text;
    if (context.options.format == Format::json) {
        text = protections_json(protections);
    } else if (protections.empty()) {
        text = "Nothing is protected: `tlm apply` remembers what workflows say in `tlm.protect`.\n";
    } else {
        for (const Protection& protection : protections)
            text += line_of(protection);
    }
    BOOST_OUTCOME_TRYV(write_out(text));
    return ExitCode::done;
}

Result<ExitCode> lift_protections(const Context& context) {
    BOOST_OUTCOME_TRY(lock, StateLock::acquire(context.settings.state_path, "state unprotect",
                                               context.options.lock_timeout));
    const StateLock held = std::move(lock);
    BOOST_OUTCOME_TRY(
        state, StateFile::open(context.settings.state_path, context.settings.target, StateMode::write));
    BOOST_OUTCOME_TRY(protections, state->protections());
    BOOST_OUTCOME_TRY(lifted, named(protections, context.options.positional));
    std::string preview = "No longer protected, unless a workflow says `tlm.protect` still:\n";
    for (const Protection& protection : lifted)
        preview += "  " + line_of(protection);
    BOOST_OUTCOME_TRYV(write_out(preview));
    BOOST_OUTCOME_TRY(yes, agreed(context.options, "Lift this protection?",
                                  "Nothing was changed. Give --yes to lift it without asking."));
    if (!yes) {
        say(context, "Declined: nothing was changed.\n");
        return ExitCode::interrupted;
    }
    BOOST_OUTCOME_TRYV(state->commit({.unprotect = lifted}));
    say(context, "Lifted.\n");
    return ExitCode::done;
}

}  // namespace tlm::cmd
