#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <unordered_set>

#include "cmd/approval.h"
#include "cmd/confirmation.h"
#include "cmd/delete_limit.h"
#include "cmd/error_text.h"
#include "cmd/interrupt.h"
#include "cmd/plan_input.h"
#include "cmd/protection.h"
#include "cmd/render/fan_out.h"
#include "cmd/render/fit.h"
#include "cmd/render/progress.h"
#include "cmd/render/rekey_text.h"
#include "cmd/render/report_text.h"
#include "cmd/render/wait_text.h"
#include "cmd/stdio.h"
#include "cmd/system_clock.h"
#include "cmd/target.h"
#include "cmd/task_events.h"
#include "cmd/terminal.h"
#include "cmd/verbs/verbs.h"
#include "cmd/wait_settings.h"
#include "engine/apply/recover.h"
#include "engine/apply/repetition.h"
#include "engine/apply/verify.h"
#include "engine/base/shell_quote.h"
#include "engine/base/text.h"
#include "engine/plan/plan_file.h"
#include "engine/plan/protection.h"
#include "engine/plan/teardown.h"
#include "engine/resource/desired.h"
#include "engine/wait/wait.h"
#include "state/state_file.h"
#include "state/state_lock.h"

namespace tlm::cmd {
namespace {

// The plan to apply, and the fleet that it was made from or is going to be applied to.
struct Prepared {
    Plan plan;
    Snapshot before;
    std::vector<ProtectedLoss> losses;
};

Error repetition_error(const Repetition& found, const std::string& verb, const std::string& path) {
    constexpr std::size_t kMostNamed = 5;
    const std::size_t named = std::min(found.does.size(), kMostNamed);
    std::string does = fmt::format(
        "{}", fmt::join(found.does.begin(), found.does.begin() + static_cast<std::ptrdiff_t>(named), ", "));
    if (found.does.size() > named) does += fmt::format(" and {} more", found.does.size() - named);
    return fail(
        ErrorCode::conflict,
        fmt::format(
            "this plan was carried out to its end already, by run {} at {}; something of it was undone "
            "since, and it would do this again: {}",
            found.run.id, found.run.ended_at, does),
        path,
        {"`tlm plan --out FILE` plans what is to be done today.",
         fmt::format("If it is this plan once more, carry it out again: tlm {} {} --reapply", verb,
                     shell_quoted_path(path))});
}

class Apply {
  public:
    Apply(const Context& context, std::optional<Plan> reviewed)
        : context_(context),
          destroys_(context.options.verb == Verb::destroy),
          verb_(destroys_              ? "destroy"
                : context.options.wait ? "run"
                                       : "apply"),
          reviewed_(std::move(reviewed)) {}

    Result<ExitCode> run() {
        if (!reviewed_) {
            BOOST_OUTCOME_TRY(workflows, load_workflows(context_));
            workflows_ = std::move(workflows);
        }
        // Before the fleet is read and the lock taken: `tlm plan` shows the same without either.
        BOOST_OUTCOME_TRYV(check_can_ask(context_.options, hint()));
        BOOST_OUTCOME_TRY(
            lock, StateLock::acquire(context_.settings.state_path, verb_, context_.options.lock_timeout));
        const StateLock held = std::move(lock);
        BOOST_OUTCOME_TRY(
            state, StateFile::open(context_.settings.state_path, context_.settings.target, StateMode::write));
        BOOST_OUTCOME_TRY(target, Target::open(context_));
        BOOST_OUTCOME_TRY(prepared, prepare(target.reader(), *state));
        const bool changes = was_reviewed_ || has_changes(prepared.plan);
        if (!changes && !context_.options.wait) return nothing_to_do(*state, prepared.plan);
        BOOST_OUTCOME_TRYV(check_repetition(*state, prepared));
        BOOST_OUTCOME_TRYV(check_limits(*state, prepared));
        if (changes || takes_down_) {
            BOOST_OUTCOME_TRY(yes, agreed(context_.options, question(changes), hint()));
            if (!yes) {
                say(context_, "Declined: nothing was changed.\n");
                return ExitCode::interrupted;
            }
        }
        return carry_out(prepared, target, *state);
    }

  private:
    Result<Prepared> prepare(FleetReader& reader, StateFile& state) {
        say(context_, fmt::format("Reading the fleet on {}\n", context_.settings.target));
        BOOST_OUTCOME_TRY(before, reader.read_fleet());
        BOOST_OUTCOME_TRY(told, settle_open_intents(before, reader, state, state));
        if (!told.empty()) say(context_, "An earlier run was cut short; settled before planning:\n");
        for (const std::string& line : told)
            say(context_, "  " + visible(line) + "\n");
        context_.events->settled(told);
        if (!destroys_) {
            BOOST_OUTCOME_TRYV(remember_ends(before, state, state));
        }
        Prepared prepared{{}, std::move(before), {}};
        if (reviewed_) {
            prepared.plan = std::move(*reviewed_);
            reviewed_.emplace();
            digest_ = plan_digest(prepared.plan);
            BOOST_OUTCOME_TRYV(leave_out_torn_down(prepared, state));
            BOOST_OUTCOME_TRY(protections, state.protections());
            BOOST_OUTCOME_TRY(bindings, state.bindings());
            BOOST_OUTCOME_TRY(left_behind, state.left_behind());
            const FleetIndex fleet(prepared.before, bindings, left_behind);
            prepared.losses =
                find_protected_losses(prepared.plan.changes, fleet, protections, prepared.plan.protect);
            context_.events->planned(prepared.plan);
            // It was reviewed; who is to be asked sees it once more.
            if (!context_.options.yes) {
                BOOST_OUTCOME_TRYV(write_out(plan_text(prepared.plan, context_.out)));
            }
            return prepared;
        }
        BOOST_OUTCOME_TRY(view, view_state(state, prepared.before));
        PlanOptions options = plan_options(context_.options);
        options.destroy = destroys_;
        // Who waits for the tasks asks the workflows once more.
        BOOST_OUTCOME_TRY(
            planned, make_plan({context_.options.wait ? workflows_ : std::move(workflows_), prepared.before,
                                view, context_.settings.target, context_.settings.host_id, options}));
        context_.events->planned(planned.plan);
        BOOST_OUTCOME_TRYV(
            write_out(plan_text(planned.plan, context_.out) + advice_text(planned, context_.out)));
        BOOST_OUTCOME_TRYV(state.save_snapshot(prepared.before));
        prepared.plan = std::move(planned.plan);
        prepared.losses = std::move(planned.losses);
        digest_ = plan_digest(prepared.plan);
        stuck_ = planned.stuck;
        takes_down_ = context_.options.wait &&
                      std::ranges::any_of(prepared.plan.teardown, [&](const TeardownRule& rule) {
                          return std::ranges::find(planned.set_aside, rule.workflow, &TornDown::workflow) ==
                                 planned.set_aside.end();
                      });
        return prepared;
    }

    // A plan that is applied once more, after its workflows came to their end, would make all of it again.
    Result<void> leave_out_torn_down(Prepared& prepared, const StateReader& state) const {
        BOOST_OUTCOME_TRY(view, view_state(state, prepared.before));
        if (const Change* early = change_before_the_end(prepared.plan, view)) {
            return fail(
                ErrorCode::conflict,
                fmt::format("the plan takes down {} because its workflow is at its end, and by this state it "
                            "is not",
                            early->address.text()),
                context_.options.positional.front(),
                {"Plan again: `tlm plan --destroy` shows what deleting a workflow would do."});
        }
        BOOST_OUTCOME_TRY(progress, state.progress_of(digest_));
        for (const TornDown& workflow : tlm::leave_out_torn_down(prepared.plan, view, progress))
            say(context_, sentence_with_command(
                              fmt::format("{}: {}", visible(workflow.workflow), set_aside_text(workflow)),
                              replace_command(workflow), context_.err_width));
        return success();
    }

    // A plan that was approved once is not approved for ever: what was undone since it was carried out may
    // have been undone on purpose.
    Result<void> check_repetition(const StateReader& state, const Prepared& prepared) const {
        if (!was_reviewed_ || context_.options.reapply) return success();
        BOOST_OUTCOME_TRY(found, find_repetition(prepared.plan, digest_, prepared.before, state));
        if (!found) return success();
        return repetition_error(*found, verb_, context_.options.positional.front());
    }

    // Also of a reviewed plan: whoever applies it decides how much may go.
    Result<void> check_limits(const StateReader& state, const Prepared& prepared) const {
        BOOST_OUTCOME_TRYV(enforce_protection(prepared.losses));
        BOOST_OUTCOME_TRY(bindings, state.bindings());
        return enforce_limit(prepared.plan, digest_, prepared.before, bindings, context_.options.max_deletes);
    }

    // Everything stands: a --force that was cut short is over, and the next one is another clean slate.
    Result<ExitCode> nothing_to_do(StateFile& state, const Plan& plan) {
        // Of a workflow that was taken down nothing is left to delete, but what is remembered of it goes.
        if (destroys_ && plan.options.targets.empty() && plan.options.excludes.empty()) {
            BOOST_OUTCOME_TRYV(state.commit({.forget = plan.workflows}));
        }
        BOOST_OUTCOME_TRY(stands, finished_force(state, plan));
        if (!stands.empty()) {
            BOOST_OUTCOME_TRYV(state.begin_run(verb_, digest_));
            BOOST_OUTCOME_TRYV(state.end_run(result_word(ExitCode::done), stands));
        }
        return ExitCode::done;
    }

    // Of what a --force has made without coming to its end, all that this plan, carried out well, was about:
    // whole workflows, or with --target and --exclude what these left.
    Result<std::vector<Address>> finished_force(const StateFile& state, const Plan& plan) const {
        BOOST_OUTCOME_TRY(unfinished, state.made_by_unfinished_force());
        std::unordered_set<Address> planned;
        for (const Change& change : plan.changes)
            planned.insert(change.address);
        const std::unordered_set<std::string> workflows(plan.workflows.begin(), plan.workflows.end());
        const bool whole = plan.options.targets.empty() && plan.options.excludes.empty();
        std::vector<Address> finished;
        for (const auto& [address, id] : unfinished) {
            if (planned.contains(address) || (whole && workflows.contains(address.workflow)))
                finished.push_back(address);
        }
        return finished;
    }

    [[nodiscard]] std::string question(bool changes) const {
        if (!changes) return "Wait for the tasks, and take down what comes to its end?";
        return destroys_ ? "Delete all of this?" : "Apply this plan?";
    }

    [[nodiscard]] std::string hint() const {
        return destroys_ ? "Give --yes to delete without asking; `tlm plan --destroy` shows what would go."
                         : "Give --yes to apply without asking; `tlm plan` shows what would be done.";
    }

    Result<ExitCode> carry_out(Prepared& prepared, Target& target, StateFile& state) {
        // Somebody may have thought about the question for an hour.
        if (!context_.options.yes) {
            BOOST_OUTCOME_TRY(now, target.reader().read_fleet());
            prepared.before = std::move(now);
            BOOST_OUTCOME_TRYV(check_repetition(state, prepared));
        }
        ApplySettings settings;
        settings.parallelism = context_.options.parallelism;
        settings.digest = digest_;
        settings.stop_requested = stop_requested;
        settings.reviewed = was_reviewed_;
        StopOnSignals::drain();
        SystemClock clock;
        Progress progress(context_.err, context_.redraws, context_.options.quiet);
        BOOST_OUTCOME_TRY(run, state.begin_run(verb_, settings.digest));
        settings.run = run;
        FanOut observers({&progress, context_.events});
        ApplyPorts ports{target.reader(), target.writer(), state, state, state, clock, observers};
        BOOST_OUTCOME_TRY(report, execute(prepared.plan, prepared.before, ports, settings));
        if (!report.stopped_by && !report.interrupted) {
            if (auto verified = verify(report, ports, settings); !verified) {
                report.interrupted = verified.error().code == ErrorCode::interrupted;
                if (!report.interrupted) report.stopped_by = verified.error();
            }
        }
        progress.clear();
        context_.events->applied(report);
        ExitCode code = exit_code(report);
        const bool stands = code == ExitCode::done;
        const bool waits = context_.options.wait && !report.stopped_by && !report.interrupted;
        // Where nobody reads it any more, the tasks are waited for all the same.
        auto written = tell(report, prepared, waits);
        if (waits) {
            if (auto waited = wait(prepared.plan, report, ports, settings, progress); waited) {
                report.stopped_by = waited.value().stopped_by;
                code = worse(code, exit_code(waited.value()));
                auto told = write_out(wait_text(waited.value(), context_.out));
                if (written) written = told;
            } else {
                report.stopped_by = waited.error();
                code = exit_code(report);
            }
        }
        if (written) written = flush_out();
        // A run that is closed as done is not gone on with: a --force given again is another clean slate. So
        // it is closed after it was told, and who was told nothing because of a kill can just run it again.
        // Every outcome is recorded by now: an error would be taken for a reason to repeat the command.
        const bool over = code != ExitCode::interrupted && !report.stopped_by;
        if (auto ended = end_run(state, prepared.plan, code, stands && over); !ended)
            say(context_, warning_text(ended.error(), context_.err, "the end of this run is not recorded"));
        if (report.stopped_by) return *report.stopped_by;
        // Nobody reads it any more, but what happened still decides the exit code.
        if (!written && code == ExitCode::done) return written.error();
        return code;
    }

    // The end of the apply itself, for people. What waits for others is left to the wait, where there is one.
    Result<void> tell(const ApplyReport& report, const Prepared& prepared, bool waits) const {
        if (waits && report.results.empty()) return success();
        const std::size_t waiting = waits ? 0 : summarise(prepared.plan).waiting - stuck_;
        return write_out(report_text(report, waiting, context_.out) +
                         in_the_way_text(in_the_way(report, prepared.before), context_.out));
    }

    Result<WaitReport> wait(const Plan& plan, const ApplyReport& applied, ApplyPorts& ports,
                            const ApplySettings& settings, Progress& progress) {
        std::optional<std::vector<Address>> desired;
        if (!was_reviewed_) {
            desired.emplace();
            for (const DesiredResource& resource : desired_resources(workflows_, context_.settings.host_id))
                desired->push_back(resource.address);
        }
        say(context_, "Waiting for the tasks\n");
        const std::unique_ptr<WakeUp> wake_up = listen_for_tasks(context_);
        BOOST_OUTCOME_TRY(report,
                          wait_for_tasks(plan, desired, applied, ports, settings,
                                         wait_settings(context_, plan.workflows, workflows_), wake_up.get()));
        progress.clear();
        context_.events->waited(report);
        return report;
    }

    static ExitCode exit_code(const WaitReport& report) {
        if (report.stopped_by) return tlm::cmd::exit_code(report.stopped_by->code);
        if (report.interrupted || !report.cancelled.empty()) return ExitCode::interrupted;
        return report.all_completed() && report.all_torn_down() ? ExitCode::done : ExitCode::partial;
    }

    // Of the apply and of the wait after it: what stopped the wait says most, then what failed in either.
    static ExitCode worse(ExitCode applied, ExitCode waited) {
        if (waited == ExitCode::done || (waited == ExitCode::partial && applied == ExitCode::partial))
            return applied;
        return waited;
    }

    Result<void> end_run(StateFile& state, const Plan& plan, ExitCode code, bool all_stands) const {
        std::vector<Address> stands;
        if (all_stands) {
            BOOST_OUTCOME_TRY(finished, finished_force(state, plan));
            stands = std::move(finished);
        }
        return state.end_run(result_word(code), stands);
    }

    static ExitCode exit_code(const ApplyReport& report) {
        if (report.stopped_by) return tlm::cmd::exit_code(report.stopped_by->code);
        if (report.interrupted) return ExitCode::interrupted;
        if (report.count(ResultKind::failed) + report.count(ResultKind::not_started) +
                report.mismatches.size() >
            0)
            return ExitCode::partial;
        if (report.count(ResultKind::conflict) > 0) return ExitCode::conflict;
        return ExitCode::done;
    }

    static const char* result_word(ExitCode code) {
        switch (code) {
            case ExitCode::done:
                return "done";
            case ExitCode::partial:
                return "partial";
            case ExitCode::conflict:
                return "conflict";
            case ExitCode::interrupted:
                return "interrupted";
            default:
                return "failed";
        }
    }

    const Context& context_;
    const bool destroys_;
    const char* const verb_;  // in the journal and the lock
    std::optional<Plan> reviewed_;
    const bool was_reviewed_ = reviewed_.has_value();
    std::vector<Workflow> workflows_;
    std::string digest_;       // of the plan, as it was reviewed
    bool takes_down_ = false;  // at the end of the wait, of workflows that are still there
    std::size_t stuck_ = 0;    // waiting tasks whose turn can't come: what they wait for failed
};

Result<void> check_reviewed(const Context& context, const Plan& plan) {
    const Options& options = context.options;
    if (options.force || options.prune || !options.targets.empty() || !options.excludes.empty() ||
        !options.replaces.empty()) {
        return fail(ErrorCode::bad_input, "a reviewed plan is applied as it is", options.positional.front(),
                    {"--force, --prune, --target, --exclude and --replace belong to `tlm plan --out FILE`."});
    }
    if (plan.target != context.settings.target) {
        return fail(
            ErrorCode::conflict,
            fmt::format("the plan is for {}, and the target is {}", plan.target, context.settings.target),
            options.positional.front(),
            {"Set AGAMEMNON_URL (or --url) to the plan's target, or plan again."});
    }
    return success();
}

}  // namespace

Result<ExitCode> run_apply(const Context& context) {
    const bool destroys = context.options.verb == Verb::destroy;
    BOOST_OUTCOME_TRY(reviewed,
                      destroys ? Result<std::optional<Plan>>(std::optional<Plan>()) : plan_input(context));
    if (reviewed) {
        BOOST_OUTCOME_TRYV(check_reviewed(context, *reviewed));
        BOOST_OUTCOME_TRY(approval, demanded_approval(context));
        BOOST_OUTCOME_TRYV(check_approval(context, approval, context.options.positional.front(), *reviewed));
    } else {
        BOOST_OUTCOME_TRYV(check_unreviewed(context));
    }
    return Apply(context, std::move(reviewed)).run();
}

}  // namespace tlm::cmd
