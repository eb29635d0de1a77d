#pragma once

#include <algorithm>
#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "engine/ports/clock.h"
#include "engine/ports/observer.h"
#include "engine/ports/state.h"

namespace tlm::test {

// A state in memory. `fail_commits_after` makes every commit after that many fail, as a full disk would.
class FakeState final : public StateReader, public Journal, public SnapshotCache {
  public:
    std::map<Address, Binding> bound;
    std::vector<LeftBehind> left;
    std::map<std::int64_t, Intent> intents;
    std::map<std::int64_t, IntentOutcome> outcomes;
    std::optional<Snapshot> cached;
    std::vector<Protection> protected_;
    std::map<Address, EndedTask> ended;
    std::map<std::string, TornDown> down;
    std::vector<std::string> cancelled_;
    int commits = 0;
    int fail_commits_after = -1;
    std::optional<FinishedRun> finished;  // the run of any plan that is over
    bool force_unfinished = false;        // the forced run so far was interrupted

    Result<std::vector<Binding>> bindings() const override {
        std::vector<Binding> all;
        for (const auto& [address, binding] : bound)
            all.push_back(binding);
        return all;
    }
    Result<std::vector<LeftBehind>> left_behind() const override { return left; }
    Result<std::vector<Protection>> protections() const override { return protected_; }
    Result<std::vector<EndedTask>> ended_tasks() const override {
        std::vector<EndedTask> all;
        for (const auto& [address, task] : ended) {
            const auto at = bound.find(address);
            if (at == bound.end() || at->second.id == task.id) all.push_back(task);
        }
        return all;
    }
    Result<std::vector<TornDown>> torn_down() const override {
        std::vector<TornDown> all;
        for (const auto& [workflow, record] : down)
            all.push_back(record);
        return all;
    }
    Result<std::vector<Intent>> open_intents() const override {
        std::vector<Intent> open;
        for (const auto& [id, intent] : intents) {
            if (!outcomes.contains(id)) open.push_back(intent);
        }
        return open;
    }
    Result<PlanProgress> progress_of(const std::string& digest) const override {
        PlanProgress progress;
        progress.finished = finished;
        for (const auto& [id, intent] : intents) {
            if (intent.plan != digest) continue;
            if (intent.verb == "stop" || intent.verb == "delete")
                progress.taken_down.push_back(intent.target);
            if (was_made(id)) progress.made.emplace_back(intent.address, outcomes.at(id).made);
        }
        return progress;
    }
    Result<std::vector<ResourceId>> made_here(
        const std::vector<const LiveResource*>& candidates) const override {
        std::vector<ResourceId> made;
        for (const LiveResource* live : candidates) {
            const bool ours = std::ranges::any_of(intents, [&](const auto& entry) {
                const auto at = outcomes.find(entry.first);
                if (entry.second.verb != "create" || at == outcomes.end()) return false;
                return at->second.result == "settled_not_done" ? entry.second.key == live->name
                                                               : at->second.made == live->id;
            });
            if (ours) made.push_back(live->id);
        }
        return made;
    }
    Result<std::vector<std::pair<Address, ResourceId>>> made_by_unfinished_force() const override {
        std::vector<std::pair<Address, ResourceId>> made;
        for (const auto& [id, intent] : intents) {
            if (!force_unfinished || !intent.forced || intent.verb != "create") continue;
            if (was_made(id)) made.emplace_back(intent.address, outcomes.at(id).made);
            const auto at = outcomes.find(id);
            if (at != outcomes.end() && at->second.result == "settled_not_done")
                made.emplace_back(intent.address, ResourceId{});
        }
        return made;
    }
    Result<std::vector<std::string>> cancelled() const override { return cancelled_; }
    Result<std::optional<CachedSnapshot>> cached_snapshot() const override { return std::nullopt; }
    Result<std::vector<RunRecord>> runs() const override { return std::vector<RunRecord>(); }
    Result<std::vector<JournalEntry>> entries(const std::string&) const override {
        return std::vector<JournalEntry>();
    }
    Result<void> save_snapshot(const Snapshot& snapshot) override {
        cached = snapshot;
        return success();
    }
    Result<std::string> begin_run(const std::string&, const std::string&) override {
        return std::string("run");
    }
    Result<void> end_run(const std::string&, const std::vector<Address>&) override { return success(); }
    CallId reserve() override { return {next_++}; }
    Result<void> commit(const JournalBatch& batch) override {
        if (fail_commits_after >= 0 && commits >= fail_commits_after) {
            return fail(ErrorCode::state, "disk full");
        }
        ++commits;
        for (const IntentOutcome& outcome : batch.outcomes)
            outcomes.insert_or_assign(outcome.id.value, outcome);
        for (const Binding& binding : batch.bind)
            bound.insert_or_assign(binding.address, binding);
        for (const Binding& binding : batch.bind)
            std::erase_if(left, [&](const LeftBehind& item) { return item.id == binding.id; });
        for (const Address& address : batch.unbind)
            bound.erase(address);
        left.insert(left.end(), batch.left_behind.begin(), batch.left_behind.end());
        protected_.insert(protected_.end(), batch.protect.begin(), batch.protect.end());
        std::ranges::sort(protected_);
        for (const Protection& lifted : batch.unprotect)
            std::erase(protected_, lifted);
        for (const std::string& workflow : batch.forget) {
            std::erase_if(ended, [&](const auto& item) { return item.first.workflow == workflow; });
            down.erase(workflow);
        }
        for (const std::string& workflow : batch.revive)
            down.erase(workflow);
        for (const Address& address : batch.forget_ends) {
            std::erase_if(ended, [&](const auto& item) {
                return item.first == address ||
                       Address::team_of(item.first.workflow, item.first.team) == address;
            });
        }
        for (const EndedTask& task : batch.ended)
            ended.insert_or_assign(task.address, task);
        for (const TornDown& record : batch.torn_down)
            down.insert_or_assign(record.workflow, record);
        for (const Intent& intent : batch.intents)
            intents.insert_or_assign(intent.id.value, intent);
        return success();
    }

  private:
    // Whether the entry is a create that was carried out.
    bool was_made(std::int64_t id) const {
        const auto at = outcomes.find(id);
        return intents.at(id).verb == "create" && at != outcomes.end() &&
               (at->second.result == "done" || at->second.result == "settled_done");
    }
    std::int64_t next_ = 1;
};

// Time that passes only while somebody sleeps.
class FakeClock final : public Clock {
  public:
    std::chrono::steady_clock::time_point time{std::chrono::hours(1)};
    int sleeps = 0;
    std::chrono::steady_clock::time_point now() const override { return time; }
    void sleep_until(std::chrono::steady_clock::time_point until) override {
        ++sleeps;
        time = std::max(time, until);
    }
};

class NoObserver final : public Observer {
  public:
    void on(const ApplyEvent&) override {}
};

}  // namespace tlm::test
