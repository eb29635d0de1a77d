#include "cmd/context.h"

#include <fmt/format.h>

#include <set>

#include "cmd/render/fit.h"
#include "cmd/stdio.h"
#include "cmd/workflow_files.h"
#include "engine/workflow/reader.h"

namespace tlm::cmd {

void say(const Context& context, const std::string& text) {
    if (context.options.quiet) return;
    const std::string fitted = fit(text, context.err_width);
    write_err(fitted);
}

namespace {

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

}  // namespace

Result<std::vector<Workflow>> load_workflows(const Context& context) {
    for (const std::string& path : context.options.positional) {
        if (context.inputs->holds_plan(path))
            return fail(ErrorCode::bad_input, "this is a plan file, and a workflow is wanted", path,
                        {"`tlm show` shows a plan file, `tlm apply` applies it."});
    }
    BOOST_OUTCOME_TRY(sources, read_sources(context));
    ReadResult read = read_workflows(sources);
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
