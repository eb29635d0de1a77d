#include <openssl/crypto.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <memory>
#include <string>
#include <vector>

#include "cmd/allocator.h"
#include "cmd/context.h"
#include "cmd/error_text.h"
#include "cmd/help.h"
#include "cmd/hidden_secrets.h"
#include "cmd/interrupt.h"
#include "cmd/memory_guard.h"
#include "cmd/on_finish.h"
#include "cmd/option_table.h"
#include "cmd/render/fit.h"
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
        case Verb::run:
        case Verb::destroy:
            return run_apply(context);
        case Verb::drift:
            return run_drift(context);
        case Verb::status:
            return run_status(context);
        case Verb::cancel:
            return run_cancel(context);
        case Verb::validate:
            return run_validate(context);
        case Verb::show:
            return run_show(context);
        case Verb::diff:
            return run_diff(context);
        case Verb::sign:
            return run_sign(context);
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
        case Verb::trust:
            return run_trust(context);
        case Verb::completion:
            return run_completion(context);
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
    write_err(error_text(error, style, width_of(Stream::err)));
    return static_cast<int>(exit_code(error.code));
}

Result<std::unique_ptr<EventSink>> event_sink(const std::string& path) {
    if (path.empty()) return std::unique_ptr<EventSink>();
    BOOST_OUTCOME_TRY(file, EventFile::open(path));
    return std::unique_ptr<EventSink>(std::move(file));
}

// In files, that is; main looks at the environment.
bool holds_secret(const Settings& settings) {
    return !settings.api_key.empty() || !settings.tls.client_key.empty() ||
           (settings.broker && !settings.broker->user.empty());
}

Result<ExitCode> carry_out(Context& context) {
    if (needs_settings(context.options.verb)) {
        BOOST_OUTCOME_TRY(settings, load_settings(context.options));
        if (holds_secret(settings)) guard_memory();
        context.settings = std::move(settings);
        hide_secrets(context.settings);
        for (const std::string& warning : context.settings.warnings)
            say(context, "warning: " + warning + "\n");
    }
    BOOST_OUTCOME_TRY(code, dispatch(context));
    BOOST_OUTCOME_TRYV(flush_out());
    return code;
}

int run(const std::vector<std::string>& arguments) {
    hide_secrets_of_environment();
    auto options = parse_command_line(arguments);
    if (!options) return report(options.error(), Style::automatic(Color::automatic, Stream::err));
    Context context;
    context.options = std::move(options.value());
    context.err = Style::automatic(context.options.color, Stream::err);
    context.err_width = width_of(Stream::err);
    const StopOnSignals signals;
    // Before anything else is opened or written: it may take standard output for itself.
    auto sink = event_sink(context.options.events);
    if (!sink) return report(sink.error(), context.err);
    const auto warn = [&context](const Error& error, const std::string& what) {
        write_err(warning_text(error, context.err, what, context.err_width));
    };
    const auto lost = [&](const Error& error) { warn(error, "the events end here"); };
    std::string summary;
    if (!context.options.on_finish.empty())
        sink = std::make_unique<SummarySink>(std::move(sink.value()), summary, lost);
    Events events(std::move(sink.value()), verb_info(context.options.verb).name,
                  std::chrono::system_clock::now, lost);
    context.events = &events;
    context.redraws = can_redraw(Stream::err);
    context.out.style = Style::automatic(context.options.color, Stream::out);
    context.out.width = width_of(Stream::out);
    const auto code = carry_out(context);
    const ExitCode shown = code ? code.value() : exit_code(code.error().code);
    if (!code) report(code.error(), context.err);
    events.ended(shown, code ? nullptr : &code.error());
    if (!context.options.on_finish.empty()) {
        if (auto told = run_on_finish(context.options.on_finish, summary); !told)
            warn(told.error(), "nobody may have been told of the end");
    }
    return static_cast<int>(shown);
}

}  // namespace
}  // namespace tlm::cmd

int main(int argc, char** argv) {
    tlm::cmd::set_up_allocator();
    // Before anything else: whoever may look into /proc/PID/environ has the key.
    if (std::getenv("AGAMEMNON_API_KEY") != nullptr) tlm::cmd::guard_memory();
    // OpenSSL is not tidied up at the end: threads of libnats may still be using it, and exit() does not wait
    // for them. It goes by who uses OpenSSL first, so here.
    OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, nullptr);
    // A reader that goes away is an error of the write, and not the end of the process.
    std::signal(SIGPIPE, SIG_IGN);
    // So is a file that may not grow any more (ulimit -f).
    std::signal(SIGXFSZ, SIG_IGN);
    tlm::cmd::open_standard_streams();
    try {
        return tlm::cmd::run(std::vector<std::string>(argv + 1, argv + argc));
    } catch (const std::exception& exception) {
        tlm::cmd::write_err(std::string("error: tlm failed unexpectedly: ") + exception.what() +
                            "\n  next: please report this with the command.\n");
        return 1;
    }
}
