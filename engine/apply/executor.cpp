#include "engine/apply/executor.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <iterator>
#include <set>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "engine/apply/backoff.h"
#include "engine/apply/bookkeeping.h"
#include "engine/apply/earlier_applies.h"
#include "engine/apply/throttle.h"
#include "engine/apply/ties.h"
#include "engine/apply/work.h"
#include "engine/rekey/in_the_way.h"
#include "engine/schedule/schedule.h"

namespace tlm {
namespace {

using TimePoint = std::chrono::steady_clock::time_point;
using std::chrono::milliseconds;

constexpr int kMaxAttempts = 5;            // of one call, the first included
constexpr milliseconds kSavedWithin(100);  // an outcome, though nothing is to be sent

struct InFlight {
    std::size_t change = 0;
    Attributes sent;  // references as ids
};

class Executor {
  public:
    Executor(const Plan& plan, const FleetIndex& fleet, ApplyPorts& ports, const ApplySettings& settings,
             const PlanProgress& progress)
        : plan_(plan),
          fleet_(fleet),
          ports_(ports),
          settings_(settings),
          earlier_(plan, progress),
          schedule_(plan.changes),
          books_(fleet, settings),
          results_(plan.changes.size()),
          throttle_(settings.parallelism, ports.clock.now()),
          room_(ports.writer.at_once(throttle_.capacity())) {
        for (std::size_t i = 0; i < plan.changes.size(); ++i)
            results_[i].change = &plan.changes[i];
    }

    // Fill the capacity, reap what has ended, repeat.
    ApplyReport run() {
        while (true) {
            send();
            if (in_flight_.empty()) {
                if (stopping()) break;
                // A look-up may have finished a change, and others with it have become ready.
                if (ready_.empty() && delayed_.empty() && !schedule_.has_ready()) {
                    if (held_tasks_.empty()) break;
                    release_tasks();
                    continue;
                }
                ports_.clock.sleep_until(next_wake());
                continue;
            }
            if (stopping()) ports_.writer.give_up_unsent();
            for (const Completion& completion : ports_.writer.wait(wait_until()))
                handle(completion);
        }
        flush();
        // Who reads next reads at full speed again.
        room_ = ports_.writer.at_once(settings_.parallelism);
        return finish_report();
    }

  private:
    // ---- filling
    // -------------------------------------------------------------------------------------------------

    // A commit costs little more for many calls than for one. So as long as the target has enough to do,
    // calls and outcomes gather for the next.
    bool has_room() {
        room_ = ports_.writer.at_once(throttle_.capacity());
        return in_flight_.size() <= (throttle_.capacity() + room_) / 2 || stopping();
    }

    void send() {
        std::vector<Call> calls;
        if (has_room()) {
            take_changes();
            calls = fill();
        }
        if (!must_save()) return;
        if (flush()) {
            for (Call& call : calls)
                ports_.writer.submit(std::move(call));
        } else {
            for (const Call& call : calls)
                give_back(call.id);
        }
    }

    // Outcomes alone wait for others, but not for long.
    bool must_save() {
        const JournalBatch& batch = books_.batch();
        if (batch.empty()) return false;
        return !batch.intents.empty() || in_flight_.empty() || batch.outcomes.size() >= room_ ||
               ports_.clock.now() >= save_by_;
    }

    bool stopping() {
        if (!report_.interrupted && settings_.stop_requested()) report_.interrupted = true;
        return report_.interrupted || report_.stopped_by.has_value();
    }

    // Settles changes until the capacity is taken; what needs no call is finished on the spot.
    void take_changes() {
        while (!stopping() && works_.size() < std::max(settings_.parallelism, room_)) {
            const auto change = schedule_.next();
            if (!change) return;
            if (tasks_wait_ && is_task_create(plan_.changes[*change])) {
                held_tasks_.push_back(*change);
            } else {
                begin(*change);
            }
        }
    }

    // The team of a task that this state neither knew nor made: another apply may be about to submit it.
    bool team_is_new_here(const Change& change) const {
        const Address team = Address::team_of(change.address.workflow, change.address.team);
        return change.address.kind == Kind::task && fleet_.binding(team) == nullptr &&
               !created_.contains(team);
    }

    static bool is_task_create(const Change& change) {
        return change.address.kind == Kind::task && change.action == Action::create;
    }

    // A task is given to a worker at once and can't be taken back, so it must not go to a team, or an agent,
    // that another apply made at the same time and that is about to be deleted: before the first one is sent,
    // ties are settled. The tasks of a team whose tie is lost are left to the apply that made it.
    void release_tasks() {
        tasks_wait_ = false;
        std::unordered_set<Address> lost;
        if (!created_.empty() && flush()) {
            if (auto ties = ties_settled(); !ties) {
                if (ties.error().code == ErrorCode::interrupted) {
                    report_.interrupted = true;
                } else {
                    report_.stopped_by = ties.error();
                }
                return;
            } else {
                for (const Binding& binding : ties.value().rebound) {
                    books_.known(binding.address, binding.id);
                    lost.insert(binding.address);
                }
                std::ranges::move(ties.value().told, std::back_inserter(report_.settled));
                report_.interrupted = report_.interrupted || ties.value().interrupted;
                if (ties.value().stopped_by) report_.stopped_by = ties.value().stopped_by;
            }
        }
        for (const std::size_t i : std::exchange(held_tasks_, {})) {
            const Address& address = plan_.changes[i].address;
            if (lost.contains(Address::team_of(address.workflow, address.team))) {
                give_up(
                    i, ResultKind::skipped,
                    "another apply made its team at the same time and submits its tasks; `tlm apply` again "
                    "shows them");
            } else {
                begin(i);
            }
        }
    }

    Result<TiesSettled> ties_settled() {
        BOOST_OUTCOME_TRY(now, ports_.reader.read_fleet());
        return settle_ties(results_, now, ports_, settings_);
    }

    void begin(std::size_t i) {
        const Change& change = plan_.changes[i];
        const Earlier earlier = earlier_.of(change);
        const Settlement settlement = settle(change, fleet_, earlier);
        if (settlement.fit == Fit::conflict) {
            results_[i].details = settlement.details;
            return give_up(i, ResultKind::conflict, settlement.reason);
        }
        if (settlement.live != nullptr && change.action != Action::remove) {
            books_.known(change.address, settlement.live->id);
        }
        if (settlement.fit == Fit::already || change.action == Action::adopt) {
            // What is adopted already may have been applied to since.
            if (settlement.fit != Fit::already || change.action != Action::adopt)
                books_.close(change, settlement.live,
                             settlement.live == nullptr ? change.id : settlement.live->id);
            return end(i, settlement.fit == Fit::already ? ResultKind::already : ResultKind::done);
        }
        Work work = plan_work(change, settlement);
        work.must_look_up = settlement.live == nullptr && change.action != Action::remove &&
                            (!fleet_.consistent() || earlier.taken_down || team_is_new_here(change));
        works_.emplace(i, std::move(work));
        ready_.push_back(i);
        ports_.observer.on(ChangeStarted{&change});
    }

    // The calls that may be sent now, journalled in the batch but not yet durable.
    std::vector<Call> fill() {
        std::vector<Call> calls;
        if (stopping()) return calls;
        const TimePoint now = ports_.clock.now();
        while (!delayed_.empty() && delayed_.begin()->first <= now) {
            ready_.push_back(delayed_.begin()->second);
            delayed_.erase(delayed_.begin());
        }
        if (now < throttle_.opens()) return calls;
        std::vector<std::size_t> uncertain;
        while (!ready_.empty() && in_flight_.size() + uncertain.size() < room_) {
            const std::size_t i = ready_.front();
            ready_.pop_front();
            if (works_.at(i).must_look_up) {
                uncertain.push_back(i);
            } else {
                prepare(i, calls);
            }
        }
        if (!uncertain.empty()) look_up(uncertain);
        return calls;
    }

    void prepare(std::size_t i, std::vector<Call>& calls) {
        Work& work = works_.at(i);
        Attributes sent;
        auto call = books_.make_call(work, ports_.journal.reserve(), sent);
        if (!call) return give_up(i, ResultKind::failed, call.error().message);
        ++work.attempts;
        in_flight_.emplace(call.value().id.value, InFlight{i, std::move(sent)});
        calls.push_back(std::move(call.value()));
    }

    // A call that was journalled in vain, because the journal could not be written.
    void give_back(CallId id) {
        const std::size_t change = in_flight_.at(id.value).change;
        in_flight_.erase(id.value);
        results_[change].reason = "not sent: the state could not be written";
    }

    // ---- the journal
    // ---------------------------------------------------------------------------------------------

    // What happened and what is about to be sent, durable in one commit. False: nothing new may be sent.
    bool flush() {
        if (books_.batch().empty()) return true;
        auto committed = ports_.journal.commit(books_.batch());
        if (!committed) {
            if (!report_.stopped_by) report_.stopped_by = committed.error();
            books_.drop_intents();
            save_by_ = ports_.clock.now() + kSavedWithin;
            return false;
        }
        books_.batch() = {};
        return true;
    }

    // ---- reaping
    // -------------------------------------------------------------------------------------------------

    // Calls in flight are waited for, but not beyond the moment when others may be sent.
    TimePoint wait_until() {
        const TimePoint save_by = books_.batch().empty() ? kForever : save_by_;
        if (stopping() || !has_room() || in_flight_.size() >= room_ || (ready_.empty() && delayed_.empty()))
            return save_by;
        return std::min(save_by, next_wake());
    }

    TimePoint next_wake() {
        const TimePoint opens = throttle_.opens();
        return ready_.empty() && !delayed_.empty() ? std::max(opens, delayed_.begin()->first) : opens;
    }

    void handle(const Completion& completion) {
        const auto at = in_flight_.find(completion.id.value);
        if (at == in_flight_.end()) return;
        const InFlight flight = std::move(at->second);
        in_flight_.erase(at);
        call_ = completion.id;
        flight_ = &flight;
        if (books_.batch().empty()) save_by_ = ports_.clock.now() + kSavedWithin;
        if (!std::holds_alternative<CallNotNow>(completion.outcome)) throttle_.accepted(ports_.clock.now());
        std::visit([&](const auto& outcome) { on(flight.change, outcome); }, completion.outcome);
    }

    Step step(std::size_t i) { return works_.at(i).steps.front(); }

    void on(std::size_t i, const CallDone& done) {
        const bool creates = step(i) == Step::create;
        if (creates && !done.resource) return on(i, CallUnknown{"the answer did not say what was made"});
        if (!creates && done.resource && done.resource->id != works_.at(i).id)
            return on(i, CallUnknown{fmt::format("the answer is about another resource (id {})",
                                                 done.resource->id.text())});
        throttle_.done();
        Work& work = works_.at(i);
        if (done.resource) work.id = done.resource->id;
        books_.outcome(call_, "done", {}, work.id);
        step_done(i, done.resource ? &*done.resource : nullptr, flight_->sent);
    }

    void on(std::size_t i, const CallAlreadySo& already) {
        // Something with this key exists. Whether it is ours to adopt, the look-up tells.
        if (step(i) == Step::create) {
            results_[i].in_the_way = true;
            return look_up_later(i, already.reason);
        }
        // Of an update or a delete it says that something stands against it.
        if (step(i) != Step::start && step(i) != Step::stop) return on(i, CallRefused{already.reason});
        books_.outcome(call_, "already", already.reason, works_.at(i).id);
        step_done(i, nullptr, {});
    }

    void on(std::size_t i, const CallNotNow& not_now) {
        if (step(i) == Step::create && !not_now.certain) {
            works_.at(i).must_look_up = true;
            uncertain_[i] = call_;
        } else {
            books_.outcome(call_, "not_now", not_now.reason, {});
        }
        const milliseconds wait = not_now.wait + backoff_.jitter(not_now.wait);
        if (throttle_.pushed_back(ports_.clock.now(), wait))
            ports_.observer.on(Throttled{wait, not_now.reason});
        --works_.at(i).attempts;
        ready_.push_front(i);
        if (!throttle_.out_of_patience() || report_.stopped_by) return;
        report_.stopped_by = fail(
            ErrorCode::unreachable,
            fmt::format("the target takes nothing and asks to wait beyond {} minutes: {}",
                        std::chrono::minutes(Throttle::kPatience).count(), not_now.reason),
            plan_.target, {"Nothing more was sent. Run `tlm apply` again once the target takes requests."});
    }

    void on(std::size_t i, const CallNotSent& not_sent) {
        books_.outcome(call_, "not_sent", not_sent.reason, {});
        if (stopping()) return;
        if (retry(i, not_sent.reason)) return;
        report_.stopped_by = fail(ErrorCode::unreachable, not_sent.reason, plan_.target,
                                  {"Nothing more was sent. Run `tlm apply` again once the target answers."});
        give_up(i, ResultKind::failed, not_sent.reason);
    }

    void on(std::size_t i, const CallUnknown& unknown) {
        if (step(i) == Step::create) return look_up_later(i, unknown.reason);
        // Every other call may be repeated without harm.
        books_.outcome(call_, "unknown", unknown.reason, {});
        if (!retry(i, unknown.reason)) give_up(i, ResultKind::failed, failure(i, unknown.reason));
    }

    void on(std::size_t i, const CallDenied& denied) {
        books_.outcome(call_, "denied", denied.reason, {});
        report_.stopped_by =
            fail(ErrorCode::denied, denied.reason, plan_.target,
                 {"Check AGAMEMNON_API_KEY, then run `tlm apply` again: what is done stays done."});
        give_up(i, ResultKind::failed, denied.reason);
    }

    void on(std::size_t i, const CallGone& gone) {
        books_.outcome(call_, "gone", gone.reason, works_.at(i).id);
        const Action action = plan_.changes[i].action;
        if (step(i) == Step::remove || (step(i) == Step::stop && action != Action::update)) {
            return step_done(i, nullptr, {});
        }
        give_up(i, ResultKind::conflict, fmt::format("it no longer exists (id {})", works_.at(i).id.text()));
    }

    void on(std::size_t i, const CallRefused& refused) {
        books_.outcome(call_, "refused", refused.reason, {});
        results_[i].in_the_way = step(i) == Step::create && says_exists(refused.reason);
        give_up(i, ResultKind::failed, failure(i, refused.reason));
    }

    // What of a change failed, where something of it was done.
    std::string failure(std::size_t i, const std::string& reason) {
        const bool made = plan_.changes[i].action == Action::create && step(i) != Step::create;
        if (!made) return reason;
        return fmt::format("it was created (id {}), but its {} failed: {}", works_.at(i).id.text(),
                           step_name(step(i)), reason);
    }

    // ---- going on with a change
    // ----------------------------------------------------------------------------------

    void step_done(std::size_t i, const LiveResource* resource, const Attributes& sent) {
        Work& work = works_.at(i);
        work.attempts = 0;
        if (step(i) == Step::create && resource != nullptr) {
            books_.known(plan_.changes[i].address, work.id);
            if (plan_.changes[i].address.kind != Kind::task) created_.insert(plan_.changes[i].address);
            continue_work(work, sent, *resource);
            books_.bind_made(work);
        } else {
            work.steps.pop_front();
        }
        if (!work.steps.empty()) return ready_.push_front(i);
        books_.close(plan_.changes[i], nullptr, work.id);
        end(i, ResultKind::done);
    }

    bool retry(std::size_t i, const std::string& reason) {
        const int attempts = works_.at(i).attempts;
        if (attempts >= kMaxAttempts) return false;
        ports_.observer.on(Retrying{&plan_.changes[i], reason, attempts + 1});
        delayed_.emplace(ports_.clock.now() + backoff_.after(attempts), i);
        return true;
    }

    // The one way from an uncertain create to another: ask the target first. The journal entry stays open
    // until the answer is there, so that a kill in between leaves it to the next start.
    void look_up_later(std::size_t i, const std::string& reason) {
        works_.at(i).must_look_up = true;
        uncertain_[i] = call_;
        results_[i].reason = reason;
        if (!retry(i, reason)) {
            give_up(i, ResultKind::failed,
                    reason + "; whether it exists is looked up by the next `tlm apply`");
        }
    }

    // Asks the target about all of them in one go. Those that are certainly not there may be created by the
    // next call; what is found is adopted.
    void look_up(const std::vector<std::size_t>& changes) {
        std::vector<LookUp> wanted;
        std::vector<std::size_t> asked;
        for (const std::size_t i : changes) {
            if (auto one = books_.look_up_of(works_.at(i)); !one) {
                give_up(i, ResultKind::failed, one.error().message);
            } else {
                wanted.push_back(std::move(one.value()));
                asked.push_back(i);
            }
        }
        auto found = ports_.reader.find(wanted);
        for (std::size_t k = 0; k < asked.size(); ++k) {
            if (found) {
                looked_up(asked[k], books_.made_among(works_.at(asked[k]), std::move(found.value()[k])));
            } else {
                look_up_failed(asked[k], found.error());
            }
        }
    }

    void look_up_failed(std::size_t i, const Error& error) {
        if (error.code == ErrorCode::interrupted) {
            report_.interrupted = true;
            return;
        }
        ++works_.at(i).attempts;
        if (retry(i, error.message)) return;
        give_up(i, ResultKind::failed, error.message);
        if (!report_.stopped_by) report_.stopped_by = error;
    }

    // `made`: what the uncertain create has made, or what another apply has made meanwhile.
    void looked_up(std::size_t i, const std::vector<LiveResource>& made) {
        Work& work = works_.at(i);
        work.must_look_up = false;
        if (const auto open = uncertain_.find(i); open != uncertain_.end()) {
            books_.outcome(open->second, made.empty() ? "settled_not_done" : "settled_done",
                           results_[i].reason, made.empty() ? ResourceId{} : made.front().id);
            uncertain_.erase(open);
        }
        if (made.empty()) return ready_.push_front(i);
        work.id = made.front().id;
        auto sent = books_.to_ids(plan_.changes[i].address, work.to_set);
        step_done(i, &made.front(), sent ? sent.value() : Attributes{});
    }

    void end(std::size_t i, ResultKind kind) {
        works_.erase(i);
        results_[i].kind = kind;
        results_[i].reason.clear();
        schedule_.finish(i);
        ports_.observer.on(ChangeEnded{&results_[i]});
    }

    void give_up(std::size_t i, ResultKind kind, const std::string& reason) {
        works_.erase(i);
        results_[i].kind = kind;
        results_[i].reason = reason;
        ports_.observer.on(ChangeEnded{&results_[i]});
        for (const std::size_t dependent : schedule_.abandon(i)) {
            results_[dependent].kind = ResultKind::skipped;
            results_[dependent].reason = fmt::format("it needs {}", plan_.changes[i].address.text());
            ports_.observer.on(ChangeEnded{&results_[dependent]});
        }
    }

    ApplyReport finish_report() {
        for (const auto& [i, work] : works_) {
            results_[i].kind = ResultKind::not_started;
            if (results_[i].reason.empty()) results_[i].reason = "stopped before it was finished";
        }
        for (std::size_t i = 0; i < results_.size(); ++i) {
            if (plan_.changes[i].action != Action::none) report_.results.push_back(std::move(results_[i]));
        }
        report_.left_behind = books_.left_behind();
        std::erase_if(report_.left_behind, [&](const LeftBehind& left) {
            return std::ranges::any_of(report_.results, [&](const ChangeResult& result) {
                return result.kind == ResultKind::done && result.change->action == Action::remove &&
                       result.change->id == left.id;
            });
        });
        return std::move(report_);
    }

    const Plan& plan_;
    const FleetIndex& fleet_;
    ApplyPorts& ports_;
    const ApplySettings& settings_;
    const EarlierApplies earlier_;
    Schedule schedule_;
    Bookkeeping books_;
    Backoff backoff_;
    ApplyReport report_;
    std::vector<ChangeResult> results_;
    std::unordered_map<std::size_t, Work> works_;    // changes under way
    std::vector<std::size_t> held_tasks_;            // creates of tasks, held until ties are settled
    bool tasks_wait_ = true;                         // they are still held
    std::unordered_set<Address> created_;            // agents and teams, in this run
    std::deque<std::size_t> ready_;                  // of those, the ones whose next call may be sent
    std::multimap<TimePoint, std::size_t> delayed_;  // of those, the ones that wait before a retry
    std::unordered_map<std::int64_t, InFlight> in_flight_;
    std::unordered_map<std::size_t, CallId> uncertain_;  // creates whose outcome is not known yet
    Throttle throttle_;
    TimePoint save_by_{};  // when the outcomes in the batch are to be durable
    std::size_t room_;     // calls that may be submitted at a time
    CallId call_;          // the completion being handled
    const InFlight* flight_ = nullptr;
};

}  // namespace

JournalBatch announced(const Plan& plan, const std::vector<TornDown>& torn_down) {
    JournalBatch batch;
    batch.protect = plan.protect;
    std::set<std::string> made;
    for (const Change& change : plan.changes) {
        const bool removes = change.action == Action::remove;
        if (!removes && change.action != Action::none) made.insert(change.address.workflow);
    }
    for (const TornDown& down : torn_down) {
        if (made.contains(down.workflow)) batch.revive.push_back(down.workflow);
    }
    // Who destroys a workflow wants nothing of it to last.
    if (plan.options.destroy && plan.options.targets.empty() && plan.options.excludes.empty())
        batch.forget = plan.workflows;
    return batch;
}

Result<ApplyReport> execute(const Plan& plan, const Snapshot& before, ApplyPorts& ports,
                            const ApplySettings& settings) {
    BOOST_OUTCOME_TRY(bindings, ports.state.bindings());
    BOOST_OUTCOME_TRY(left_behind, ports.state.left_behind());
    PlanProgress progress;
    if (settings.reviewed) {
        BOOST_OUTCOME_TRY(earlier, ports.state.progress_of(settings.digest));
        progress = std::move(earlier);
    }
    BOOST_OUTCOME_TRY(torn_down, ports.state.torn_down());
    if (const JournalBatch batch = announced(plan, torn_down); !batch.empty()) {
        BOOST_OUTCOME_TRYV(ports.journal.commit(batch));
    }
    BOOST_OUTCOME_TRY(ended, ports.state.ended_tasks());
    const FleetIndex fleet(before, bindings, left_behind, ended);
    ports.observer.on(ApplyBegins{static_cast<std::size_t>(
        std::ranges::count_if(plan.changes, [](const Change& c) { return c.action != Action::none; }))});
    return Executor(plan, fleet, ports, settings, progress).run();
}

}  // namespace tlm
