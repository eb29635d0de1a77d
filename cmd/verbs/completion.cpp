#include <set>

#include "cmd/completion/offers.h"
#include "cmd/completion/scripts.h"
#include "cmd/stdio.h"
#include "cmd/verbs/verbs.h"
#include "cmd/workflow_files.h"
#include "engine/base/text.h"
#include "state/state_file.h"

namespace tlm::cmd {
namespace {

// The workflow's name as it stands in an address.
std::string workflow_text(const Address& address) {
    const std::string text = address.text();
    return text.substr(0, text.find('/'));
}

// What the state knows on this target. Neither the target nor a lock is touched.
Result<std::vector<std::string>> known(const Settings& settings, Offer offer) {
    BOOST_OUTCOME_TRY(state, StateFile::open(settings.state_path, settings.target, StateMode::read));
    std::vector<std::string> words;
    if (offer == Offer::protections) {
        BOOST_OUTCOME_TRY(protections, state->protections());
        for (const Protection& protection : protections)
            words.push_back(protection.pattern);
        return words;
    }
    BOOST_OUTCOME_TRY(bindings, state->bindings());
    std::set<std::string> workflows;
    std::set<std::string> names;
    for (const Binding& binding : bindings) {
        words.push_back(binding.address.text());
        workflows.insert(workflow_text(binding.address));
        names.insert(binding.address.workflow);
    }
    if (offer == Offer::addresses) return words;
    if (offer == Offer::names) return std::vector<std::string>(names.begin(), names.end());
    for (const std::string& workflow : workflows)
        words.push_back(workflow + (offer == Offer::globs ? "/*" : ""));
    return words;
}

Result<std::vector<std::string>> words_of(const Settings& settings, std::string_view what) {
    for (const Offer offer :
         {Offer::addresses, Offer::names, Offer::movables, Offer::globs, Offer::protections}) {
        if (what == asked_word(offer)) return known(settings, offer);
    }
    return workflow_files_in(settings.workflows_dir);
}

}  // namespace

Result<ExitCode> run_completion(const Context& context) {
    const std::string& what = context.options.positional.front();
    if (what != "words") {
        BOOST_OUTCOME_TRYV(write_out(completion_script(what)));
        return ExitCode::done;
    }
    // Somebody pressed a key: whatever is wrong is said by the command that they are about to type.
    const auto settings = load_settings(context.options);
    if (!settings) return ExitCode::done;
    auto words = words_of(settings.value(), context.options.positional[1]);
    if (!words) return ExitCode::done;
    std::string text;
    for (const std::string& word : words.value()) {
        // A shell reads lines, and what can't be shown can't be chosen.
        if (visible(word) == word) text += word + "\n";
    }
    BOOST_OUTCOME_TRYV(write_out(text));
    return ExitCode::done;
}

}  // namespace tlm::cmd
