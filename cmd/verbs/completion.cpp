#include "cmd/completion/scripts.h"
#include "cmd/stdio.h"
#include "cmd/verbs/verbs.h"
#include "cmd/workflow_files.h"
#include "engine/base/text.h"
#include "state/state_file.h"

namespace tlm::cmd {
namespace {

// Addresses that the state knows on this target. Neither the target nor a lock is touched.
Result<std::vector<std::string>> addresses(const Settings& settings) {
    BOOST_OUTCOME_TRY(state, StateFile::open(settings.state_path, settings.target, StateMode::read));
    BOOST_OUTCOME_TRY(bindings, state->bindings());
    std::vector<std::string> words;
    for (const Binding& binding : bindings)
        words.push_back(binding.address.text());
    return words;
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
    Result<std::vector<std::string>> words = context.options.positional[1] == "addresses"
                                                 ? addresses(settings.value())
                                                 : workflow_files_in(settings.value().workflows_dir);
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
