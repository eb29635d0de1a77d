#include "cmd/context.h"

#include <fmt/format.h>

#include <set>

#include "cmd/confinement.h"
#include "cmd/render/fit.h"
#include "cmd/stdio.h"
#include "cmd/workflow_files.h"
#include "engine/base/shell_quote.h"
#include "engine/workflow/reader.h"
#include "state/state_file.h"

namespace tlm::cmd {

void say(const Context& context, const std::string& text) {
    if (context.options.quiet) return;
    const std::string fitted = fit(text, context.err_width);
    write_err(fitted);
}

namespace {

std::vector<std::string> input_paths(const Context& context) {
    const std::vector<std::string>& named = context.options.positional;
    return named.empty() ? std::vector<std::string>{context.settings.workflows_dir} : named;
}

// Without a workflow everything would be an orphan, so that for whoever could delete something it is a matter
// of safety that a directory is empty.
Result<std::vector<Source>> read_sources(const Context& context) {
    auto sources = read_workflow_files(*context.inputs, context.options.positional, context.settings);
    const Verb verb = context.options.verb;
    if (sources || sources.error().code != ErrorCode::not_found) return sources;
    if (verb != Verb::plan && verb != Verb::apply && verb != Verb::run) return sources;
    Error error = sources.error();
    error.code = ErrorCode::limit;
    error.message = "a safety limit: " + error.message + ", and an empty set of workflows is never planned";
    return error;
}

// Names that are in use already are warned of, and the others become faults.
Result<void> sort_unseen(const Context& context, const std::vector<Source>& sources, const UsedNames* known,
                         ReadResult& read) {
    if (read.unseen.empty()) return success();
    UsedNames used;
    if (known == nullptr) {
        BOOST_OUTCOME_TRY(names, read_used_names(context));
        used = std::move(names);
        known = &used;
    }
    for (UnseenInName& name : read.unseen) {
        if (name.of_workflow ? known->workflows.contains(name.address.workflow)
                             : known->addresses.contains(name.address)) {
            name.diagnostic.hint = name.of_workflow
                                       ? "It is in use already, and stays so. To rename it: `tlm help state`."
                                       : fmt::format(
                                             "It is in use already, and stays so. To rename it, edit the "
                                             "workflow after: tlm state mv {} NEW",
                                             shell_arguments({name.address.text()}));
            say(context, "warning: " + format_diagnostic(name.diagnostic, sources));
        } else {
            read.diagnostics.push_back(std::move(name.diagnostic));
        }
    }
    return success();
}

}  // namespace

Result<UsedNames> read_used_names(const Context& context) {
    BOOST_OUTCOME_TRY(state,
                      StateFile::open(context.settings.state_path, context.settings.target, StateMode::read));
    BOOST_OUTCOME_TRY(bindings, state->bindings());
    UsedNames used;
    for (const Binding& binding : bindings) {
        used.addresses.insert(binding.address);
        used.workflows.insert(binding.address.workflow);
    }
    return used;
}

UsedNames confine_to_inputs(const Context& context) {
    auto used = read_used_names(context);
    confine(input_paths(context));
    return used ? std::move(used.value()) : UsedNames();
}

Result<std::vector<Workflow>> load_workflows(const Context& context, const UsedNames* used) {
    for (const std::string& path : context.options.positional) {
        if (context.inputs->holds_plan(path))
            return fail(ErrorCode::bad_input, "this is a plan file, and a workflow is wanted", path,
                        {"`tlm show` shows a plan file, `tlm apply` applies it."});
    }
    BOOST_OUTCOME_TRY(sources, read_sources(context));
    ReadResult read = read_workflows(sources);
    BOOST_OUTCOME_TRYV(sort_unseen(context, sources, used, read));
    if (read.ok()) return std::move(read.workflows);
    std::set<std::size_t> files;
    for (const Diagnostic& diagnostic : read.diagnostics) {
        files.insert(diagnostic.position.file);
        write_err(format_diagnostic(diagnostic, sources));
    }
    return fail(ErrorCode::bad_input, fmt::format("{} fault{} in {} workflow file{}", read.diagnostics.size(),
                                                  read.diagnostics.size() == 1 ? "" : "s", files.size(),
                                                  files.size() == 1 ? "" : "s"));
}

PlanOptions plan_options(const Options& options) {
    PlanOptions result;
    result.force = options.force;
    result.prune = options.prune;
    result.destroy = options.destroy;
    result.targets = options.targets;
    result.excludes = options.excludes;
    result.replaces = options.replaces;
    return result;
}

}  // namespace tlm::cmd
