#include <csignal>
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "cmd/context.h"
#include "cmd/error_text.h"
#include "cmd/help.h"
#include "cmd/interrupt.h"
#include "cmd/stdio.h"
#include "cmd/terminal.h"
#include "cmd/verbs/verbs.h"
#include "cmd/version.h"

namespace tlm::cmd {
namespace {

Result<ExitCode> print(const std::string& text) {
    BOOST_OUTCOME_TRYV(write_out(text));
    return ExitCode::done;
}

Result<ExitCode> dispatch(const Context& context) {
    switch (context.options.verb) {
        case Verb::plan:
            return run_plan(context);
        case Verb::apply:
        case Verb::destroy:
            return run_apply(context);
        case Verb::drift:
            return run_drift(context);
        case Verb::validate:
            return run_validate(context);
        case Verb::show:
            return run_show(context);
        case Verb::diff:
            return run_diff(context);
        case Verb::verify:
            return run_verify(context);
        case Verb::keygen:
            return run_keygen(context);
        case Verb::state:
            return run_state(context);
        case Verb::log:
            return run_log(context);
        case Verb::graph:
            return run_graph(context);
        case Verb::schema:
            return run_schema(context);
        case Verb::version:
            return print(std::string("tlm ") + kVersion + "\n");
        case Verb::help:
            return print(help_text(context.options.help_topic));
    }
    return fail(ErrorCode::internal, "unknown verb");
}

int report(const Error& error, const Style& style) {
    // Whoever closed the pipe has seen enough.
    if (error.code == ErrorCode::nobody_reads) return static_cast<int>(exit_code(error.code));
    const std::string text = error_text(error, style);
    std::fwrite(text.data(), 1, text.size(), stderr);
    return static_cast<int>(exit_code(error.code));
}

int run(const std::vector<std::string>& arguments) {
    auto options = parse_command_line(arguments);
    if (!options) return report(options.error(), Style::automatic(Color::automatic, Stream::err));
    Context context;
    context.options = std::move(options.value());
    context.err = Style::automatic(context.options.color, Stream::err);
    context.err_is_terminal = is_terminal(Stream::err);
    context.out.style = Style::automatic(context.options.color, Stream::out);
    if (is_terminal(Stream::out)) context.out.width = terminal_width();
    if (needs_settings(context.options.verb)) {
        auto settings = load_settings(context.options);
        if (!settings) return report(settings.error(), context.err);
        context.settings = std::move(settings.value());
        for (const std::string& warning : context.settings.warnings)
            say(context, "warning: " + warning + "\n");
    }
    const StopOnSignals signals;
    auto code = dispatch(context);
    if (!code) return report(code.error(), context.err);
    if (auto flushed = flush_out(); !flushed) return report(flushed.error(), context.err);
    return static_cast<int>(code.value());
}

}  // namespace
}  // namespace tlm::cmd

int main(int argc, char** argv) {
    // A reader that goes away is an error of the write, and not the end of the process.
    std::signal(SIGPIPE, SIG_IGN);
    // So is a file that may not grow any more (ulimit -f).
    std::signal(SIGXFSZ, SIG_IGN);
    tlm::cmd::open_standard_streams();
    try {
        return tlm::cmd::run(std::vector<std::string>(argv + 1, argv + argc));
    } catch (const std::exception& exception) {
        std::fprintf(stderr,
                     "error: tlm failed unexpectedly: %s\n  next: please report this with the command.\n",
                     exception.what());
        return 1;
    }
}
