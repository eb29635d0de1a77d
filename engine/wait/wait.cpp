#include "engine/wait/wait.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "engine/apply/recover.h"
#include "engine/plan/selection.h"
#include "engine/plan/teardown.h"
#include "engine/wait/task_board.h"

namespace tlm {
namespace {

using TimePoint = std::chrono::steady_clock::time_point;
using std::chrono::milliseconds;

constexpr auto kGlance = std::chrono::seconds(1);

std::vector<const Change*> waiting_tasks(const Plan& plan) {
    std::vector<const Change*> waiting;
    for (const Change& change : plan.changes) {
        if (change.action == Action::none && change.address.kind == Kind::task) waiting.push_back(&change);
    }
    return waiting;
}

// Which tasks an apply of the plan waits for beside those that it has still to submit: those of its workflows
// that are bound, or remembered. `desired`: only these, where the workflows were read; --target and --exclude
// hold.
TaskBoard board_for(const Plan& plan, std::vector<Binding> bindings, std::vector<EndedTask> ended,
                    const std::optional<std::vector<Address>>& desired, TimePoint now) {
    const std::unordered_set<std::string> workflows(plan.workflows.begin(), plan.workflows.end());
    std::unordered_set<Address> wanted;
    if (desired) wanted.insert(desired->begin(), desired->end());
    std::unordered_set<Address> needed;  // also where --target does not name them
    for (const Change* change : waiting_tasks(plan))
        needed.insert(change->waits_for.begin(), change->waits_for.end());
    const auto waited_for = [&](const Address& address) {
        if (address.kind != Kind::task || !workflows.contains(address.workflow)) return false;
        if (desired && !wanted.contains(address)) return false;
        const std::string text = address.text();
        const bool selected = (plan.options.targets.empty() || matches_any(plan.options.targets, text)) &&
                              !matches_any(plan.options.excludes, text);
        return selected || needed.contains(address);
    };
    std::erase_if(bindings, [&](const Binding& binding) { return !waited_for(binding.address); });
    std::erase_if(ended, [&](const EndedTask& task) { return !waited_for(task.address); });
    return TaskBoard(bindings, waiting_tasks(plan), now, ended);
}

// Workflows of which something is not as the apply was to bring it about.
struct Trouble {
    bool any = false;
    bool failed = false;
};
std::map<std::string, Trouble> troubles(const ApplyReport& applied) {
    std::map<std::string, Trouble> troubles;
    for (const ChangeResult& result : applied.results) {
        if (result.kind == ResultKind::done || result.kind == ResultKind::already) continue;
        Trouble& trouble = troubles[result.change->address.workflow];
        trouble.any = true;
        trouble.failed = trouble.failed || result.kind == ResultKind::failed;
    }
    return troubles;
}

class Waiter {
  public:
    Waiter(const Plan& plan, TaskBoard board, const StateView& state, Snapshot fleet,
           const ApplyReport& applied, ApplyPorts& ports, const ApplySettings& settings,
           const WaitSettings& wait, WakeUp* wake_up)
        : plan_(plan),
          board_(std::move(board)),
          troubles_(troubles(applied)),
          rules_(plan.teardown),
          ports_(ports),
          settings_(settings),
          wait_(wait),
          wake_up_(wake_up),
          begun_(ports.clock.now()),
          pause_(wait.poll_min) {
        for (const Binding& binding : state.bindings) {
            if (binding.address.kind == Kind::team) team_ids_.emplace(binding.address, binding.id);
        }
        for (const EndedTask& task : state.ended)
            remembered_.emplace(task.address, task);
        const FleetIndex index(fleet, state.bindings, state.left_behind);
        for (const TornDown& down : state.torn_down) {
            const auto left =
                teardown_changes(down.workflow, index, state.bindings, state.protections).changes;
            down_.emplace(down.workflow, Down{down, left.empty()});
        }
        keep(std::move(fleet));
    }

    // See, submit, take down, pause, read, until nothing is left to wait for.
    WaitReport run() {
        static_cast<void>(hear_cancelled());
        bool seen = true;
        bool at_first = true;
        bool moved = see(at_first);
        while (true) {
            if (seen) {
                const bool submitted = submit(board_.ready());
                if (moved || submitted || at_first || !due_.empty()) take_down();
                at_first = false;
                // After trouble with a submission the pause is as was said.
                if (failures_ == 0)
                    pause_ = moved || submitted ? wait_.poll_min : std::min(pause_ * 3 / 2, wait_.poll_max);
                ports_.observer.on(WaitProgress{&board_});
            }
            expire();
            if ((board_.over() && due_.empty()) || stopped()) break;
            rest();
            if (stopped()) break;
            seen = read();
            if (seen) moved = see(false);
        }
        if (!report_.teardowns.empty() && !stopped()) keep_what_is_left();
        note_kept();
        report_.ended_at = ports_.clock.now();
        report_.tasks = board_.take();
        return std::move(report_);
    }

  private:
    bool stopped() {
        report_.interrupted = report_.interrupted || settings_.stop_requested();
        return report_.interrupted || report_.stopped_by.has_value();
    }

    // ---- reading ------------------------------------------------------------------------------------------

    void keep(Snapshot fleet) {
        fleet_ = std::move(fleet);
        const auto tasks = std::ranges::stable_partition(
            fleet_.resources, [](const LiveResource& live) { return live.kind != Kind::task; });
        others_ = fleet_.resources.size() - tasks.size();
    }

    // False where nothing new is known.
    bool read() {
        auto tasks = unsettled_ ? read_all_and_settle() : read_tasks();
        if (tasks) {
            failures_ = 0;
            return true;
        }
        trouble(tasks.error());
        return false;
    }

    Result<void> read_tasks() {
        BOOST_OUTCOME_TRY(tasks, ports_.reader.read_tasks(teams()));
        fleet_.resources.resize(others_);
        std::ranges::move(tasks.resources, std::back_inserter(fleet_.resources));
        fleet_.consistent = tasks.consistent;
        return success();
    }

    // Those whose tasks are not all at their end. None where one of them is not known: then all are read.
    std::vector<ResourceId> teams() const {
        std::set<ResourceId> teams;
        for (const TrackedTask& task : board_.tasks()) {
            if (at_end(task.stage)) continue;
            if (!task.id.empty()) {
                teams.insert(task.team);
                continue;
            }
            const auto bound = team_ids_.find(Address::team_of(task.address.workflow, task.address.team));
            if (bound == team_ids_.end()) return {};
            teams.insert(bound->second);
        }
        return {teams.begin(), teams.end()};
    }

    // A task may have been submitted without our being told: before anything else is sent, that is certain.
    Result<void> read_all_and_settle() {
        BOOST_OUTCOME_TRY(fleet, ports_.reader.read_fleet());
        BOOST_OUTCOME_TRYV(settle_open_intents(fleet, ports_.reader, ports_.state, ports_.journal));
        keep(std::move(fleet));
        unsettled_ = false;
        return note_submitted(board_.ready());
    }

    // The target, or the way to it, does not answer. It may come back.
    void trouble(const Error& error) {
        if (error.code == ErrorCode::interrupted) {
            report_.interrupted = true;
        } else if (error.code != ErrorCode::unreachable || ++failures_ >= wait_.patience) {
            report_.stopped_by = error;
        } else {
            pause_ = wait_.retry_after;
            ports_.observer.on(NotRead{error.message, failures_, wait_.patience, pause_});
        }
    }

    // What the last read says of the tasks. Whether one of them moved.
    bool see(bool at_first) {
        auto moved = board_.see(fleet_, ports_.clock.now());
        remember(moved);
        if (at_first) drop_old_news(moved);
        return announce(moved);
    }

    // How tasks ended is on record before anything follows from it.
    void remember(const std::vector<std::size_t>& moved) {
        JournalBatch batch;
        for (const std::size_t i : moved) {
            const TrackedTask& task = board_.tasks()[i];
            const auto end = end_of(task.stage);
            if (!end || task.id.empty()) continue;
            EndedTask ended{task.address, task.id, *end};
            auto& known = remembered_[task.address];
            if (known == ended) continue;
            known = ended;
            batch.ended.push_back(std::move(ended));
        }
        if (batch.empty()) return;
        if (auto committed = ports_.journal.commit(batch); !committed && !report_.stopped_by)
            report_.stopped_by = committed.error();
    }

    bool announce(const std::vector<std::size_t>& moved) {
        for (const std::size_t i : moved)
            ports_.observer.on(TaskMoved{&board_.tasks()[i]});
        return !moved.empty();
    }

    // At first, what was completed before this run is no news.
    void drop_old_news(std::vector<std::size_t>& moved) const {
        std::unordered_set<Address> submitted;
        for (const Change& change : plan_.changes) {
            if (change.action == Action::create) submitted.insert(change.address);
        }
        std::erase_if(moved, [&](std::size_t i) {
            const TrackedTask& task = board_.tasks()[i];
            return task.stage == TaskStage::completed && !submitted.contains(task.address);
        });
    }

    // ---- submitting ---------------------------------------------------------------------------------------

    bool submit(const std::vector<std::size_t>& ready) {
        if (ready.empty() || stopped() || unsettled_) return false;
        Plan round;
        round.target = plan_.target;
        round.workflows = plan_.workflows;
        for (const std::size_t i : ready) {
            Change change = *board_.tasks()[i].create;
            change.action = Action::create;
            change.reason = Reason::absent;
            change.waits_for.clear();
            round.changes.push_back(std::move(change));
        }
        auto done = execute(round, fleet_, ports_, settings_);
        auto taken = done ? take(ready, done.value()) : Result<void>(done.error());
        if (!taken && !report_.stopped_by) report_.stopped_by = taken.error();
        return true;
    }

    // What became of each, after its creation was carried out, refused, or left uncertain.
    Result<void> take(const std::vector<std::size_t>& ready, const ApplyReport& done) {
        report_.interrupted = report_.interrupted || done.interrupted;
        BOOST_OUTCOME_TRYV(note_submitted(ready));
        BOOST_OUTCOME_TRY(open, ports_.state.open_intents());
        std::unordered_set<Address> uncertain;
        for (const Intent& intent : open)
            uncertain.insert(intent.address);
        unsettled_ = !uncertain.empty();
        if (done.stopped_by) {
            trouble(*done.stopped_by);
            return success();
        }
        for (std::size_t k = 0; k < ready.size(); ++k) {
            const ChangeResult& result = done.results[k];
            const bool refused = result.kind == ResultKind::failed || result.kind == ResultKind::conflict ||
                                 result.kind == ResultKind::skipped;
            if (refused && !uncertain.contains(result.change->address))
                announce(board_.refused(ready[k], result.reason, ports_.clock.now()));
        }
        return success();
    }

    // Those of the tasks that are bound by now.
    Result<void> note_submitted(const std::vector<std::size_t>& tasks) {
        std::unordered_map<Address, std::size_t> looking;
        for (const std::size_t i : tasks)
            looking.emplace(board_.tasks()[i].address, i);
        BOOST_OUTCOME_TRY(bindings, ports_.state.bindings());
        for (const Binding& binding : bindings) {
            if (binding.address.kind != Kind::task) continue;
            if (const auto at = looking.find(binding.address); at != looking.end())
                board_.submitted(at->second, binding, ports_.clock.now());
        }
        return success();
    }

    // ---- taking down --------------------------------------------------------------------------------------

    struct Count {
        std::size_t tasks = 0;
        std::size_t completed = 0;
        std::size_t open = 0;  // what got lost may be running
    };
    std::map<std::string_view, Count> counts() const {
        std::map<std::string_view, Count> counts;
        for (const TrackedTask& task : board_.tasks()) {
            Count& count = counts[task.address.workflow];
            ++count.tasks;
            count.completed += task.stage == TaskStage::completed ? 1 : 0;
            count.open += !at_end(task.stage) || task.stage == TaskStage::lost ? 1 : 0;
        }
        return counts;
    }

    // How the workflow ended, where it is to be taken down because of it.
    std::optional<TornDown> end_of_workflow(const TeardownRule& rule, const Count& count) const {
        if (const auto at = down_.find(rule.workflow); at != down_.end())
            return at->second.complete ? std::nullopt : std::optional(at->second.what);
        if (count.open > 0) return std::nullopt;
        const auto at = troubles_.find(rule.workflow);
        const Trouble trouble = at == troubles_.end() ? Trouble{} : at->second;
        const bool failed = count.completed < count.tasks || trouble.failed;
        if (rule.when == Teardown::on_failure && failed) return TornDown{rule.workflow, false};
        if (rule.when == Teardown::on_completion && count.tasks > 0 && !failed && !trouble.any)
            return TornDown{rule.workflow, true};
        return std::nullopt;
    }

    // Those workflows that have come to their end, each once. A submission whose outcome is not known may
    // have made one more task.
    void take_down() {
        if (unsettled_ || rules_.empty() || stopped()) return;
        auto counted = counts();
        for (const TeardownRule& rule : rules_) {
            if (taken_down_.contains(rule.workflow) || stopped()) continue;
            const auto what = end_of_workflow(rule, counted[rule.workflow]);
            if (!what) continue;
            due_.insert(rule.workflow);
            auto done = tear_down(*what, board_.tasks(), ports_, settings_);
            if (!done) {
                report_.stopped_by = done.error();
                return;
            }
            down_.insert_or_assign(rule.workflow, Down{*what, false});
            report_.interrupted = report_.interrupted || done.value().interrupted;
            if (done.value().stopped_by) {
                trouble(*done.value().stopped_by);
                // Reads may well go through meanwhile: these failures are counted by themselves.
                if (++not_taken_down_ >= wait_.patience) report_.stopped_by = done.value().stopped_by;
                if (!report_.stopped_by) return;
            }
            due_.erase(rule.workflow);
            taken_down_.insert(rule.workflow);
            report_.teardowns.push_back(std::move(done.value()));
        }
    }

    void note_kept() {
        for (const TeardownRule& rule : rules_) {
            if (!down_.contains(rule.workflow) && board_.over(rule.workflow)) report_.kept.push_back(rule);
        }
    }

    // The cached fleet is without what was taken down.
    void keep_what_is_left() {
        auto fleet = ports_.reader.read_fleet();
        auto saved = fleet ? ports_.cache.save_snapshot(fleet.value()) : Result<void>(fleet.error());
        if (saved) return;
        report_.interrupted = saved.error().code == ErrorCode::interrupted;
        if (!report_.interrupted) report_.stopped_by = saved.error();
    }

    // ---- pausing ------------------------------------------------------------------------------------------

    // Until the tasks should be looked at again. Who watches sees time go by meanwhile, and whoever cancels
    // is heard soon.
    void rest() {
        TimePoint now = ports_.clock.now();
        // In trouble or in doubt, it is the pause that was said.
        const bool hinted = wake_up_ != nullptr && failures_ == 0 && !unsettled_;
        const milliseconds most =
            hinted && wake_up_->connected() ? std::max(wait_.poll_untold, wait_.poll_max) : pause_;
        const TimePoint earliest = now + wait_.poll_min;
        const TimePoint until = std::min(now + most, next_limit());
        bool woken = false;
        while (now < until && !woken && !stopped()) {
            const TimePoint glance = std::min(until, now + kGlance);
            if (hinted) {
                woken = wake_up_->sleep(earliest, glance, teams());
            } else {
                ports_.clock.sleep_until(glance);
            }
            if (wake_up_ != nullptr) wake_up_->tell(ports_.observer);
            if (hear_cancelled()) return;
            ports_.observer.on(WaitProgress{&board_});
            now = ports_.clock.now();
        }
    }

    // Whether something is not waited for any more.
    bool hear_cancelled() {
        auto cancelled = ports_.state.cancelled();
        if (!cancelled) {
            report_.stopped_by = cancelled.error();
            return true;
        }
        bool any = false;
        for (std::string& workflow : cancelled.value()) {
            const bool known = std::ranges::find(report_.cancelled, workflow) != report_.cancelled.end();
            if (known || board_.over(workflow)) continue;
            board_.expire(workflow);
            std::erase_if(rules_, [&](const TeardownRule& rule) { return rule.workflow == workflow; });
            ports_.observer.on(WaitCancelled{workflow});
            report_.cancelled.push_back(std::move(workflow));
            any = true;
        }
        return any;
    }

    // ---- limits -------------------------------------------------------------------------------------------

    TimePoint next_limit() const {
        TimePoint next = TimePoint::max();
        for (const auto& [workflow, limit] : wait_.limits) {
            if (!past_.contains(workflow)) next = std::min(next, begun_ + limit);
        }
        return next;
    }

    void expire() {
        for (const auto& [workflow, limit] : wait_.limits) {
            if (ports_.clock.now() < begun_ + limit || !past_.insert(workflow).second) continue;
            if (board_.over(workflow)) continue;
            report_.overdue.push_back(workflow);
            board_.expire(workflow);
        }
    }

    const Plan& plan_;
    TaskBoard board_;
    Snapshot fleet_;          // agents and teams, then the tasks as they were read last
    std::size_t others_ = 0;  // how many of it are no tasks
    std::unordered_map<Address, ResourceId> team_ids_;
    std::unordered_map<Address, EndedTask> remembered_;  // by the state
    std::map<std::string, Trouble> troubles_;            // of the apply before, by workflow
    struct Down {
        TornDown what;
        bool complete = false;  // nothing of it is left
    };
    std::map<std::string, Down> down_;  // workflows that are torn down, or about to be
    std::vector<TeardownRule> rules_;
    std::set<std::string> due_;         // to be taken down as soon as the target answers
    std::set<std::string> taken_down_;  // by this run
    int not_taken_down_ = 0;            // tries that the target did not let through
    ApplyPorts& ports_;
    const ApplySettings& settings_;
    const WaitSettings& wait_;
    WakeUp* const wake_up_;  // may be null
    const TimePoint begun_;
    milliseconds pause_;
    std::set<std::string> past_;  // workflows whose time is up
    int failures_ = 0;            // reads in a row
    bool unsettled_ = false;      // the journal has entries whose outcome is not known
    WaitReport report_;
};

}  // namespace

bool WaitReport::all_completed() const {
    return std::ranges::all_of(tasks,
                               [](const TrackedTask& task) { return task.stage == TaskStage::completed; });
}

bool WaitReport::all_torn_down() const {
    return std::ranges::all_of(teardowns,
                               [](const TeardownReport& teardown) { return teardown.failed.empty(); });
}

Result<WaitReport> wait_for_tasks(const Plan& plan, const std::optional<std::vector<Address>>& desired,
                                  const ApplyReport& applied, ApplyPorts& ports,
                                  const ApplySettings& settings, const WaitSettings& wait, WakeUp* wake_up) {
    BOOST_OUTCOME_TRY(fleet, ports.reader.read_fleet());
    BOOST_OUTCOME_TRYV(settle_open_intents(fleet, ports.reader, ports.state, ports.journal));
    BOOST_OUTCOME_TRY(state, view_state(ports.state, fleet));
    TaskBoard board = board_for(plan, state.bindings, state.ended, desired, ports.clock.now());
    return Waiter(plan, std::move(board), state, std::move(fleet), applied, ports, settings, wait, wake_up)
        .run();
}

}  // namespace tlm
