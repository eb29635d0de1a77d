#include "engine/rekey/carry_out.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <iterator>
#include <map>
#include <unordered_map>

#include "engine/apply/backoff.h"
#include "engine/apply/throttle.h"

namespace tlm {
namespace {

using TimePoint = std::chrono::steady_clock::time_point;

constexpr int kMaxAttempts = 5;  // of one call, the first included

struct Work {
    const Rekeying* item = nullptr;
    int attempts = 0;
    std::vector<CallId> open;  // earlier calls that may have been carried out
};

void add_edit(const Rekeying& item, JournalBatch& batch) {
    batch.unbind.insert(batch.unbind.end(), item.edit.unbind.begin(), item.edit.unbind.end());
    batch.bind.insert(batch.bind.end(), item.edit.bind.begin(), item.edit.bind.end());
}

Intent intent_of(const Rekeying& item, CallId id) {
    Intent intent;
    intent.id = id;
    intent.address = item.to;
    intent.verb = "rename";
    intent.key = item.key;
    intent.target = item.id;
    for (const Binding& binding : item.edit.bind) {
        if (binding.address == item.to) intent.attributes = binding.applied.read();
    }
    return intent;
}

class Renamer {
  public:
    Renamer(const std::vector<Rekeying>& items, RekeyPorts ports, const RekeySettings& settings)
        : ports_(ports), settings_(settings), throttle_(settings.parallelism, ports.clock.now()) {
        for (const Rekeying& item : items) {
            if (item.renames()) {
                ready_.push_back({&item, 0, {}});
            } else {
                add_edit(item, batch_);
                ++state_only_;
            }
        }
    }

    // Fill the capacity, commit, send, reap, repeat.
    RekeyReport run() {
        // What needs no call is recorded even where the first one never gets through.
        if (flush()) report_.state_only = state_only_;
        while (true) {
            std::vector<Call> calls = fill();
            if (flush()) {
                for (Call& call : calls)
                    ports_.writer.submit(std::move(call));
            } else {
                for (const Call& call : calls)
                    in_flight_.erase(call.id.value);
                report_.not_started += calls.size();
            }
            if (in_flight_.empty()) {
                if (stopping() || (ready_.empty() && delayed_.empty())) break;
                ports_.clock.sleep_until(next_wake());
                continue;
            }
            if (stopping()) ports_.writer.give_up_unsent();
            for (const Completion& completion : ports_.writer.wait(wait_until()))
                handle(completion);
        }
        flush();
        report_.not_started += ready_.size() + delayed_.size();
        return std::move(report_);
    }

  private:
    bool stopping() {
        if (!report_.interrupted && settings_.stop_requested()) report_.interrupted = true;
        return report_.interrupted || report_.stopped_by.has_value();
    }

    std::vector<Call> fill() {
        std::vector<Call> calls;
        if (stopping()) return calls;
        const TimePoint now = ports_.clock.now();
        while (!delayed_.empty() && delayed_.begin()->first <= now) {
            ready_.push_back(delayed_.begin()->second);
            delayed_.erase(delayed_.begin());
        }
        if (now < throttle_.opens()) return calls;
        while (!ready_.empty() && in_flight_.size() < throttle_.capacity()) {
            Work work = ready_.front();
            ready_.pop_front();
            ++work.attempts;
            const CallId id = ports_.journal.reserve();
            batch_.intents.push_back(intent_of(*work.item, id));
            calls.push_back(
                {id, settings_.run, work.item->to.kind, RenameCall{work.item->id, work.item->key}});
            in_flight_.emplace(id.value, work);
        }
        return calls;
    }

    bool flush() {
        if (batch_.empty()) return true;
        auto committed = ports_.journal.commit(batch_);
        if (!committed) {
            if (!report_.stopped_by) report_.stopped_by = committed.error();
            batch_.intents.clear();
            return false;
        }
        batch_ = {};
        return true;
    }

    TimePoint next_wake() {
        const TimePoint opens = throttle_.opens();
        return ready_.empty() && !delayed_.empty() ? std::max(opens, delayed_.begin()->first) : opens;
    }
    TimePoint wait_until() {
        if (stopping() || in_flight_.size() >= throttle_.capacity() || (ready_.empty() && delayed_.empty()))
            return kForever;
        return next_wake();
    }

    void handle(const Completion& completion) {
        const auto at = in_flight_.find(completion.id.value);
        if (at == in_flight_.end()) return;
        const Work work = at->second;
        in_flight_.erase(at);
        call_ = completion.id;
        if (!std::holds_alternative<CallNotNow>(completion.outcome)) throttle_.accepted(ports_.clock.now());
        std::visit([&](const auto& outcome) { on(work, outcome); }, completion.outcome);
    }

    void outcome(std::string result, std::string reason, const Work& work) {
        batch_.outcomes.push_back({call_, std::move(result), std::move(reason), work.item->id});
    }
    void give_up(const Work& work, const std::string& reason) {
        report_.failed.push_back({work.item, reason});
    }
    bool retry(const Work& work) {
        if (work.attempts >= kMaxAttempts) return false;
        delayed_.emplace(ports_.clock.now() + backoff_.after(work.attempts), work);
        return true;
    }

    void on(const Work& work, const CallDone& done) {
        if (done.resource && (done.resource->id != work.item->id || done.resource->name != work.item->key))
            return on(work, CallUnknown{fmt::format("the target answered about id {} with the name `{}`",
                                                    done.resource->id.text(), done.resource->name)});
        throttle_.done();
        outcome("done", {}, work);
        for (const CallId& earlier : work.open)
            batch_.outcomes.push_back({earlier, "settled_done", "sent again", work.item->id});
        add_edit(*work.item, batch_);
        report_.done.push_back(work.item);
    }
    // Something stands against it: another one with this name, for a target that takes each name once.
    void on(const Work& work, const CallAlreadySo& already) { on(work, CallRefused{already.reason}); }
    void on(const Work& work, const CallNotNow& not_now) {
        outcome("not_now", not_now.reason, work);
        const auto wait = not_now.wait + backoff_.jitter(not_now.wait);
        static_cast<void>(throttle_.pushed_back(ports_.clock.now(), wait));
        ready_.push_front(work);
        --ready_.front().attempts;
        if (!throttle_.out_of_patience() || report_.stopped_by) return;
        stop_with(ErrorCode::unreachable,
                  fmt::format("the target takes nothing and asks to wait: {}", not_now.reason),
                  "Run the command again once the target takes requests: what is renamed stays so.");
    }
    void on(const Work& work, const CallNotSent& not_sent) {
        outcome("not_sent", not_sent.reason, work);
        if (stopping()) {
            ready_.push_back(work);
        } else if (!retry(work)) {
            give_up(work, not_sent.reason);
            stop_with(ErrorCode::unreachable, not_sent.reason,
                      "Run the command again once the target answers: what is renamed stays so.");
        }
    }
    void on(const Work& work, const CallUnknown& unknown) {
        // Its entry stays open until one is answered, so that a kill in between leaves it to the next start.
        Work again = work;
        again.open.push_back(call_);
        if (!retry(again))
            give_up(work, unknown.reason + "; what came of it is looked up by the next command that writes");
    }
    void on(const Work& work, const CallDenied& denied) {
        outcome("denied", denied.reason, work);
        give_up(work, denied.reason);
        stop_with(ErrorCode::denied, denied.reason,
                  "Check AGAMEMNON_API_KEY, then run the command again: what is renamed stays so.");
    }
    void on(const Work& work, const CallGone& gone) {
        outcome("gone", gone.reason, work);
        give_up(work, fmt::format("it no longer exists (id {})", work.item->id.text()));
    }
    void on(const Work& work, const CallRefused& refused) {
        outcome("refused", refused.reason, work);
        give_up(work, refused.reason);
    }

    void stop_with(ErrorCode code, std::string message, std::string hint) {
        if (!report_.stopped_by) report_.stopped_by = fail(code, std::move(message), {}, {std::move(hint)});
    }

    RekeyPorts ports_;
    const RekeySettings& settings_;
    JournalBatch batch_;
    std::size_t state_only_ = 0;
    std::deque<Work> ready_;
    std::multimap<TimePoint, Work> delayed_;
    std::unordered_map<std::int64_t, Work> in_flight_;
    Throttle throttle_;
    Backoff backoff_;
    CallId call_;  // the completion being handled
    RekeyReport report_;
};

}  // namespace

RekeyReport carry_out(const std::vector<Rekeying>& items, RekeyPorts ports, const RekeySettings& settings) {
    return Renamer(items, ports, settings).run();
}

}  // namespace tlm
