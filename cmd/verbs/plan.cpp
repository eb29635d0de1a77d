#include <fmt/format.h>

#include <filesystem>
#include <fstream>

#include "cmd/delete_limit.h"
#include "cmd/fleet_input.h"
#include "cmd/keep.h"
#include "cmd/key_files.h"
#include "cmd/plan_page.h"
#include "cmd/protection.h"
#include "cmd/render/apply_command.h"
#include "cmd/render/fit.h"
#include "cmd/render/plan_markdown.h"
#include "cmd/signing.h"
#include "cmd/stdio.h"
#include "cmd/target.h"
#include "cmd/verbs/verbs.h"
#include "engine/base/text.h"
#include "engine/plan/plan_file.h"
#include "state/state_file.h"

namespace tlm::cmd {
namespace {

// Where a plan was stopped, its digest is what an allowance for it names (--max-deletes).
std::string stopped_text(const Plan& plan, const std::string& stopped_by) {
    if (stopped_by.empty()) return {};
    return fmt::format("Stopped: this plan was not written and can't be applied. Its digest is {}.\n",
                       plan_digest(plan));
}

// `stopped_by`: why the plan is not written and must not be applied, and below what to do; empty: it may be.
Result<void> show(const Context& context, const Planned& planned, const std::string& stopped_by = {}) {
    const Options& options = context.options;
    if (options.format == Format::json) return write_out(plan_to_text(planned.plan));
    if (options.format == Format::markdown) return write_out(plan_markdown(planned, options.out, stopped_by));
    if (options.format == Format::html) {
        Dot dot;
        return write_out(plan_page(planned.plan, options.out, dot, advice_text(planned, {}), stopped_by));
    }
    if (options.concise)
        return write_out(concise_text(planned.plan, context.out) + left_out_text(planned, context.out) +
                         stopped_text(planned.plan, stopped_by));
    return write_out(plan_text(planned.plan, context.out) + advice_text(planned, context.out) +
                     stopped_text(planned.plan, stopped_by));
}

// Said before the fleet is read, and not after minutes.
Result<void> check_place(const std::string& out) {
    const std::filesystem::path directory = std::filesystem::path(out).parent_path();
    std::error_code error;
    if (out.empty() || out == "-" || directory.empty() || std::filesystem::is_directory(directory, error))
        return success();
    return fail(ErrorCode::bad_input, "the directory of --out does not exist", out, {"Make it first."});
}

// The signature of the file that is going to be overwritten, where it will not be of what is written there;
// empty: there is none. A plan that means the same has the same digest, and keeps its signature.
std::string stale_signature(const std::string& out, const std::string& digest) {
    const std::string signature = signature_path(out);
    std::error_code ignored;
    // A pipe or a device holds no plan, and reading it may take for ever.
    for (const std::string& file : {out, signature}) {
        if (!std::filesystem::is_regular_file(file, ignored)) return {};
    }
    // The digest is the second member of a plan.
    std::string head(4096, '\0');
    std::ifstream(out, std::ios::binary).read(head.data(), static_cast<std::streamsize>(head.size()));
    if (head.find(digest) != std::string::npos) return {};
    // Others call their signatures so, too.
    return read_signature_file(signature) ? signature : std::string();
}

void remove_stale(const Context& context, const std::string& signature) {
    std::error_code error;
    if (std::filesystem::remove(signature, error)) {
        say(context,
            fmt::format("Removed {}: it was of the plan that stood there before.\n", visible(signature)));
    } else if (error) {
        say(context, fmt::format("warning: {} is not of this plan, and can't be removed: {}\n",
                                 visible(signature), error.message()));
    }
}

// With --sign the signature goes first: beside the plan that it is not of, it is refused, and a plan beside
// an older signature would be too, but looks finished. Without, that one goes as soon as the plan is there.
Result<void> write_plan(const Context& context, const Plan& plan, const StateName& state, const Secret& key) {
    const Options& options = context.options;
    const std::string digest = plan_digest(plan);
    const std::string text = plan_to_text(plan);
    // A plan is made to be read by others, and its digest does not allow for anything to be left out.
    if (holds_secret(text)) {
        return fail(ErrorCode::bad_input,
                    "the plan would hold a secret of the settings, such as AGAMEMNON_API_KEY", options.out,
                    {"`tlm plan` shows where it stands. Take it out of the workflow."});
    }
    std::string stale;
    if (options.sign.empty()) {
        if (options.out != "-") stale = stale_signature(options.out, digest);
    } else {
        BOOST_OUTCOME_TRY(signature, sign_terms(new_terms(context, plan, state), key, options.sign));
        BOOST_OUTCOME_TRYV(write_signature(options.out, signature));
    }
    BOOST_OUTCOME_TRYV(write_file_atomically(options.out, text));
    if (!stale.empty()) remove_stale(context, stale);
    return success();
}

}  // namespace

Result<ExitCode> run_plan(const Context& context) {
    BOOST_OUTCOME_TRY(workflows, load_workflows(context));
    BOOST_OUTCOME_TRYV(check_place(context.options.out));
    Secret key;
    if (!context.options.sign.empty()) {
        BOOST_OUTCOME_TRY(read, read_private_key_file(context.options.sign));
        key = read;
        // Said before the fleet is read, too.
        BOOST_OUTCOME_TRYV(read_private_key(key, context.options.sign));
    }
    const Settings& settings = context.settings;
    BOOST_OUTCOME_TRY(state, StateFile::open(settings.state_path, settings.target, StateMode::read));
    BOOST_OUTCOME_TRY(state_name, name_of(*state));
    BOOST_OUTCOME_TRY(target, Target::open(context));
    BOOST_OUTCOME_TRY(fleet, FleetInput::read(context, target.reader(), *state));
    BOOST_OUTCOME_TRY(made, make_plan({std::move(workflows), fleet.snapshot(), fleet.view(), settings.target,
                                       settings.host_id, plan_options(context.options)}));
    const Planned& planned = keep_to_the_end(std::move(made));
    context.events->planned(planned.plan);
    auto limit = enforce_protection(planned.losses);
    if (limit)
        limit = enforce_limit(planned.plan, {}, fleet.snapshot(), fleet.view().bindings,
                              context.options.max_deletes);
    if (!limit) {
        // Shown, so that people see why, and not written, so that nobody applies it.
        const Error& stop = limit.error();
        BOOST_OUTCOME_TRYV(
            show(context, planned, fmt::format("{}.\n{}", stop.message, fmt::join(stop.hints, "\n"))));
        return stop;
    }
    if (!context.options.out.empty()) {
        BOOST_OUTCOME_TRYV(write_plan(context, planned.plan, state_name, key));
    }
    if (context.options.out != "-") {
        BOOST_OUTCOME_TRYV(show(context, planned));
    }
    if (!context.options.out.empty() && context.options.out != "-") {
        say(context, sentence_with_command(
                         fmt::format("Written to {}. Apply exactly this with:", visible(context.options.out)),
                         apply_command(planned.plan, context.options.out), context.err_width));
    }
    const bool changes = has_changes(planned.plan);
    return changes && context.options.detailed_exitcode ? ExitCode::changes : ExitCode::done;
}

}  // namespace tlm::cmd
