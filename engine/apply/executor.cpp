#include "engine/apply/executor.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <unordered_map>

#include "engine/apply/backoff.h"
#include "engine/apply/bookkeeping.h"
#include "engine/apply/work.h"
#include "engine/schedule/schedule.h"

namespace tlm {
namespace {

using TimePoint = std::chrono::steady_clock::time_point;
using std::chrono::milliseconds;

constexpr int kMaxAttempts = 5;  // of one call, the first included
// A target that takes nothing for so long is as good as gone.
constexpr auto kMostThrottling = std::chrono::minutes(15);

struct InFlight {
    std::size_t change = 0;
    Attributes sent;  // references as ids
};

class Executor {
  public:
    Executor(const Plan& plan, const FleetIndex& fleet, ApplyPorts& ports, const ApplySettings& settings,
             std::unordered_map<Address, ResourceId> made, bool look_first)
        : plan_(plan),
          fleet_(fleet),
          ports_(ports),
          settings_(settings),
          made_before_(std::move(made)),
          look_first_(look_first),
          schedule_(plan.changes),
          books_(fleet, settings),
          results_(plan.changes.size()),
          capacity_(std::max<std::size_t>(1, settings.parallelism)),
          accepted_(ports.clock.now()) {
        for (std::size_t i = 0; i < plan.changes.size(); ++i)
            results_[i].change = &plan.changes[i];
    }

    // Fill the capacity, reap what has ended, repeat.
    ApplyReport run() {
        while (true) {
            take_changes();
            std::vector<Call> calls = fill();
            if (flush()) {
                for (Call& call : calls)
                    ports_.writer.submit(std::move(call));
            } else {
                for (const Call& call : calls)
                    give_back(call.id);
            }
            if (in_flight_.empty()) {
                // A look-up may have finished a change, and others with it have become ready.
                if (stopping() || (ready_.empty() && delayed_.empty() && !schedule_.has_ready())) break;
                ports_.clock.sleep_until(next_wake());
                continue;
            }
            for (const Completion& completion : ports_.writer.wait())
                handle(completion);
        }
        flush();
        return finish_report();
    }

  private:
    // ---- filling
    // -------------------------------------------------------------------------------------------------

    bool stopping() {
        if (!report_.interrupted && settings_.stop_requested()) report_.interrupted = true;
        return report_.interrupted || report_.stopped_by.has_value();
    }

    // Settles changes until the capacity is taken; what needs no call is finished on the spot.
    void take_changes() {
        while (!stopping() && works_.size() < settings_.parallelism) {
            const auto change = schedule_.next();
            if (!change) return;
            begin(*change);
        }
    }

    void begin(std::size_t i) {
        const Change& change = plan_.changes[i];
        const auto made = made_before_.find(change.address);
        const auto made_id =
            made == made_before_.end() ? std::nullopt : std::optional<ResourceId>(made->second);
        const Settlement settlement = settle(change, fleet_, made_id);
        if (settlement.fit == Fit::conflict) {
            results_[i].details = settlement.details;
            return give_up(i, ResultKind::conflict, settlement.reason);
        }
        if (settlement.live != nullptr && change.action != Action::remove) {
            books_.known(change.address, settlement.live->id);
        }
        if (settlement.fit == Fit::already || change.action == Action::adopt) {
            books_.close(change, settlement.live,
                         settlement.live == nullptr ? change.id : settlement.live->id);
            return end(i, settlement.fit == Fit::already ? ResultKind::already : ResultKind::done);
        }
        Work work = plan_work(change, settlement);
        work.must_look_up = look_first_ && change.action == Action::create && settlement.live == nullptr;
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
        if (now < gate_) return calls;
        while (!ready_.empty() && in_flight_.size() < capacity_) {
            const std::size_t i = ready_.front();
            ready_.pop_front();
            if (works_.at(i).must_look_up && !look_up(i)) continue;
            if (works_.contains(i) && !works_.at(i).steps.empty()) prepare(i, calls);
        }
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
            return false;
        }
        books_.batch() = {};
        return true;
    }

    // ---- reaping
    // -------------------------------------------------------------------------------------------------

    TimePoint next_wake() {
        if (delayed_.empty()) return gate_;
        return ready_.empty() ? std::max(gate_, delayed_.begin()->first) : gate_;
    }

    void handle(const Completion& completion) {
        const auto at = in_flight_.find(completion.id.value);
        if (at == in_flight_.end()) return;
        const InFlight flight = std::move(at->second);
        in_flight_.erase(at);
        call_ = completion.id;
        flight_ = &flight;
        if (!std::holds_alternative<CallNotNow>(completion.outcome)) accepted_ = ports_.clock.now();
        std::visit([&](const auto& outcome) { on(flight.change, outcome); }, completion.outcome);
    }

    Step step(std::size_t i) { return works_.at(i).steps.front(); }

    void on(std::size_t i, const CallDone& done) {
        if (step(i) == Step::create && !done.resource) {
            return on(i, CallUnknown{"the answer did not say what was made"});
        }
        capacity_ = std::min(settings_.parallelism, capacity_ + 1);
        Work& work = works_.at(i);
        if (done.resource) work.id = done.resource->id;
        books_.outcome(call_, "done", {}, work.id);
        step_done(i, done.resource ? &*done.resource : nullptr, flight_->sent);
    }

    void on(std::size_t i, const CallAlreadySo& already) {
        if (step(i) == Step::create) {
            // Something with this key exists. Whether it is ours to adopt, the look-up tells.
            return look_up_later(i, already.reason);
        }
        books_.outcome(call_, "already", already.reason, works_.at(i).id);
        step_done(i, nullptr, {});
    }

    void on(std::size_t i, const CallNotNow& not_now) {
        books_.outcome(call_, "not_now", not_now.reason, {});
        const TimePoint now = ports_.clock.now();
        const milliseconds wait = not_now.wait + backoff_.jitter(not_now.wait);
        if (now >= gate_) {
            // Answers to calls that were in flight together are one push, so the capacity is halved once.
            capacity_ = std::max<std::size_t>(1, capacity_ / 2);
            ports_.observer.on(Throttled{wait, not_now.reason});
        }
        gate_ = std::max(gate_, now + wait);
        --works_.at(i).attempts;
        ready_.push_front(i);
        if (gate_ - accepted_ <= kMostThrottling || report_.stopped_by) return;
        report_.stopped_by = fail(
            ErrorCode::unreachable, fmt::format("the target has only asked to wait: {}", not_now.reason),
            plan_.target, {"Nothing more was sent. Run `tlm apply` again once the target takes requests."});
    }

    void on(std::size_t i, const CallNotSent& not_sent) {
        books_.outcome(call_, "not_sent", not_sent.reason, {});
        if (retry(i, not_sent.reason)) return;
        report_.stopped_by = fail(ErrorCode::unreachable, not_sent.reason, plan_.target,
                                  {"Nothing more was sent. Run `tlm apply` again once the target answers."});
        give_up(i, ResultKind::failed, not_sent.reason);
    }

    void on(std::size_t i, const CallUnknown& unknown) {
        if (step(i) == Step::create) return look_up_later(i, unknown.reason);
        // Every other call may be repeated without harm.
        books_.outcome(call_, "unknown", unknown.reason, {});
        if (!retry(i, unknown.reason)) give_up(i, ResultKind::failed, unknown.reason);
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
        give_up(i, ResultKind::conflict, fmt::format("it no longer exists (id {})", works_.at(i).id.value));
    }

    void on(std::size_t i, const CallRefused& refused) {
        books_.outcome(call_, "refused", refused.reason, {});
        give_up(i, ResultKind::failed, refused.reason);
    }

    // ---- going on with a change
    // ----------------------------------------------------------------------------------

    void step_done(std::size_t i, const LiveResource* resource, const Attributes& sent) {
        Work& work = works_.at(i);
        work.attempts = 0;
        if (step(i) == Step::create && resource != nullptr) {
            books_.known(plan_.changes[i].address, work.id);
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

    // True: certainly not there, so a create may be sent. False: found and adopted, or to be asked again.
    bool look_up(std::size_t i) {
        Work& work = works_.at(i);
        const Change& change = plan_.changes[i];
        auto found = books_.find_made(ports_.reader, work);
        if (!found) {
            ++work.attempts;
            if (!retry(i, found.error().message)) {
                give_up(i, ResultKind::failed, found.error().message);
                if (!report_.stopped_by) report_.stopped_by = found.error();
            }
            return false;
        }
        work.must_look_up = false;
        const auto open = uncertain_.find(i);
        const std::optional<LiveResource>& made = found.value();
        if (open != uncertain_.end()) {
            books_.outcome(open->second, made ? "settled_done" : "settled_not_done", results_[i].reason,
                           made ? made->id : ResourceId{});
            uncertain_.erase(open);
        }
        if (!made) return true;
        work.id = made->id;
        auto sent = books_.to_ids(change.address, work.to_set);
        step_done(i, &*made, sent ? sent.value() : Attributes{});
        return false;
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
        return std::move(report_);
    }

    const Plan& plan_;
    const FleetIndex& fleet_;
    ApplyPorts& ports_;
    const ApplySettings& settings_;
    const std::unordered_map<Address, ResourceId> made_before_;
    const bool look_first_;
    Schedule schedule_;
    Bookkeeping books_;
    Backoff backoff_;
    ApplyReport report_;
    std::vector<ChangeResult> results_;
    std::unordered_map<std::size_t, Work> works_;    // changes under way
    std::deque<std::size_t> ready_;                  // of those, the ones whose next call may be sent
    std::multimap<TimePoint, std::size_t> delayed_;  // of those, the ones that wait before a retry
    std::unordered_map<std::int64_t, InFlight> in_flight_;
    std::unordered_map<std::size_t, CallId> uncertain_;  // creates whose outcome is not known yet
    std::size_t capacity_;                               // calls in flight at most, fewer after a push-back
    TimePoint gate_{};                                   // nothing is sent before: the target asked to wait
    TimePoint accepted_;                                 // when the target last took a call
    CallId call_;                                        // the completion being handled
    const InFlight* flight_ = nullptr;
};

}  // namespace

Result<ApplyReport> execute(const Plan& plan, const Snapshot& before, ApplyPorts& ports,
                            const ApplySettings& settings) {
    BOOST_OUTCOME_TRY(bindings, ports.state.bindings());
    BOOST_OUTCOME_TRY(made, ports.state.made_by_plan(settings.digest));
    std::unordered_map<Address, ResourceId> made_before;
    for (const auto& [address, id] : made)
        made_before.insert_or_assign(address, id);
    const FleetIndex fleet(before, bindings);
    ports.observer.on(ApplyBegins{static_cast<std::size_t>(
        std::ranges::count_if(plan.changes, [](const Change& c) { return c.action != Action::none; }))});
    Executor executor(plan, fleet, ports, settings, std::move(made_before), !before.consistent);
    return executor.run();
}

}  // namespace tlm
