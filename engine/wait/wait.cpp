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
#include "engine/wait/task_board.h"

namespace tlm {
namespace {

using TimePoint = std::chrono::steady_clock::time_point;
using std::chrono::milliseconds;

std::vector<const Change*> waiting_tasks(const Plan& plan) {
    std::vector<const Change*> waiting;
    for (const Change& change : plan.changes) {
        if (change.action == Action::none && change.address.kind == Kind::task) waiting.push_back(&change);
    }
    return waiting;
}

// Which tasks an apply of the plan waits for beside those that it has still to submit: those of its workflows
// that are bound. `desired`: only these, where the workflows were read; --target and --exclude hold.
std::vector<Binding> tasks_to_wait_for(const Plan& plan, const std::vector<Binding>& bindings,
                                       const std::optional<std::vector<Address>>& desired) {
    const std::unordered_set<std::string> workflows(plan.workflows.begin(), plan.workflows.end());
    std::unordered_set<Address> wanted;
    if (desired) wanted.insert(desired->begin(), desired->end());
    std::unordered_set<Address> needed;  // also where --target does not name them
    for (const Change* change : waiting_tasks(plan))
        needed.insert(change->waits_for.begin(), change->waits_for.end());
    std::vector<Binding> tasks;
    for (const Binding& binding : bindings) {
        const Address& address = binding.address;
        if (address.kind != Kind::task || !workflows.contains(address.workflow)) continue;
        if (desired && !wanted.contains(address)) continue;
        const std::string text = address.text();
        const bool selected = (plan.options.targets.empty() || matches_any(plan.options.targets, text)) &&
                              !matches_any(plan.options.excludes, text);
        if (selected || needed.contains(address)) tasks.push_back(binding);
    }
    return tasks;
}

class Waiter {
  public:
    Waiter(const Plan& plan, TaskBoard board, const std::vector<Binding>& bindings, Snapshot fleet,
           ApplyPorts& ports, const ApplySettings& settings, const WaitSettings& wait, WakeUp* wake_up)
        : plan_(plan),
          board_(std::move(board)),
          ports_(ports),
          settings_(settings),
          wait_(wait),
          wake_up_(wake_up),
          begun_(ports.clock.now()),
          pause_(wait.poll_min) {
        for (const Binding& binding : bindings) {
            if (binding.address.kind == Kind::team) team_ids_.emplace(binding.address, binding.id);
        }
        keep(std::move(fleet));
    }

    // See, submit, pause, read, until nothing is left to wait for.
    WaitReport run() {
        bool seen = true;
        bool moved = announce_news(board_.see(fleet_, ports_.clock.now()));
        while (true) {
            if (seen) {
                const bool submitted = submit(board_.ready());
                // After trouble with a submission the pause is as was said.
                if (failures_ == 0)
                    pause_ = moved || submitted ? wait_.poll_min : std::min(pause_ * 3 / 2, wait_.poll_max);
                ports_.observer.on(WaitProgress{&board_});
            }
            expire();
            if (board_.over() || stopped()) break;
            rest();
            if (stopped()) break;
            seen = read();
            if (seen) moved = announce(board_.see(fleet_, ports_.clock.now()));
        }
        report_.ended_at = ports_.clock.now();
        report_.tasks = board_.take();
        return std::move(report_);
    }

  private:
    bool stopped() {
        report_.interrupted = report_.interrupted || settings_.stop_requested();
        return report_.interrupted || report_.stopped_by.has_value();
    }

    // Until the tasks should be looked at again.
    void rest() {
        const TimePoint now = ports_.clock.now();
        // In trouble or in doubt, it is the pause that was said.
        if (wake_up_ == nullptr || failures_ > 0 || unsettled_) {
            ports_.clock.sleep_until(std::min(now + pause_, next_limit()));
        } else {
            const milliseconds most =
                wake_up_->connected() ? std::max(wait_.poll_untold, wait_.poll_max) : pause_;
            wake_up_->sleep(now + wait_.poll_min, std::min(now + most, next_limit()), teams());
        }
        if (wake_up_ != nullptr) wake_up_->tell(ports_.observer);
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
            pause_ = std::min(pause_ * 2, wait_.poll_max);
            ports_.observer.on(NotRead{error.message, failures_, wait_.patience, pause_});
        }
    }

    bool announce(const std::vector<std::size_t>& moved) {
        for (const std::size_t i : moved)
            ports_.observer.on(TaskMoved{&board_.tasks()[i]});
        return !moved.empty();
    }

    // At first, what was completed before this run is no news.
    bool announce_news(std::vector<std::size_t> moved) {
        std::unordered_set<Address> submitted;
        for (const Change& change : plan_.changes) {
            if (change.action == Action::create) submitted.insert(change.address);
        }
        std::erase_if(moved, [&](std::size_t i) {
            const TrackedTask& task = board_.tasks()[i];
            return task.stage == TaskStage::completed && !submitted.contains(task.address);
        });
        return announce(moved);
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

Result<WaitReport> wait_for_tasks(const Plan& plan, const std::optional<std::vector<Address>>& desired,
                                  ApplyPorts& ports, const ApplySettings& settings, const WaitSettings& wait,
                                  WakeUp* wake_up) {
    BOOST_OUTCOME_TRY(fleet, ports.reader.read_fleet());
    BOOST_OUTCOME_TRYV(settle_open_intents(fleet, ports.reader, ports.state, ports.journal));
    BOOST_OUTCOME_TRY(bindings, ports.state.bindings());
    TaskBoard board(tasks_to_wait_for(plan, bindings, desired), waiting_tasks(plan), ports.clock.now());
    return Waiter(plan, std::move(board), bindings, std::move(fleet), ports, settings, wait, wake_up).run();
}

}  // namespace tlm
