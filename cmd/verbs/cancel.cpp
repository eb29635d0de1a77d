#include <fmt/format.h>

#include <set>

#include "cmd/stdio.h"
#include "cmd/verbs/verbs.h"
#include "engine/base/text.h"
#include "state/state_file.h"
#include "state/state_lock.h"

namespace tlm::cmd {
namespace {

// A name that nothing was ever made for is more likely mistyped than meant.
Result<void> check_known(const StateReader& state, const std::vector<std::string>& names) {
    BOOST_OUTCOME_TRY(bindings, state.bindings());
    std::set<std::string> known;
    for (const Binding& binding : bindings)
        known.insert(binding.address.workflow);
    const std::vector<std::string> all(known.begin(), known.end());
    for (const std::string& name : names) {
        if (known.contains(name)) continue;
        std::vector<std::string> hints;
        if (const auto near = nearest(name, all)) hints.push_back(fmt::format("Did you mean `{}`?", *near));
        hints.emplace_back(
            "It is the name in the workflow's metadata; `tlm state list` shows what is bound.");
        return fail(ErrorCode::not_found, "nothing of a workflow with this name is in the state", name,
                    std::move(hints));
    }
    return success();
}

}  // namespace

Result<ExitCode> run_cancel(const Context& context) {
    const Settings& settings = context.settings;
    const std::vector<std::string>& names = context.options.positional;
    BOOST_OUTCOME_TRY(holder, StateLock::holder(settings.state_path));
    if (!holder || (!holder->doing.empty() && holder->doing != "run")) {
        return fail(
            ErrorCode::not_found,
            holder ? fmt::format("what is under way does not wait for tasks: {}",
                                 visible(state::describe(*holder)))
                   : "no `tlm run` is under way with this state",
            settings.state_path.path,
            {holder ? "Ctrl-C in its terminal stops it." : "`tlm status` shows how far the tasks are."});
    }
    BOOST_OUTCOME_TRY(state, StateFile::open(settings.state_path, settings.target, StateMode::read));
    BOOST_OUTCOME_TRYV(check_known(*state, names));
    BOOST_OUTCOME_TRYV(state->request_cancel(names));
    std::string text;
    for (const std::string& name : names) {
        text += fmt::format("{}: asked {} not to wait for it any more\n", visible(name),
                            visible(state::describe(*holder)));
    }
    text += "What was submitted goes on on the target, and `tlm run` waits for it again.\n";
    BOOST_OUTCOME_TRYV(write_out(text));
    return ExitCode::done;
}

}  // namespace tlm::cmd
