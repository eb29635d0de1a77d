#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/ports/call.h"
#include "engine/resource/address.h"
#include "engine/resource/stored_attributes.h"
#include "engine/snapshot/snapshot.h"

namespace tlm {

// What the state knows of a resource that tlm made or adopted: which live resource an address means, and the
// attributes last applied to it (references by name, as in the workflow).
struct Binding {
    Address address;
    std::string key;  // empty for tasks
    ResourceId id;
    ResourceId team;  // tasks only
    StoredAttributes applied;
    friend bool operator==(const Binding&, const Binding&) = default;
};
// Nothing where there is no binding.
[[nodiscard]] inline Attributes last_applied(const Binding* binding) {
    return binding == nullptr ? Attributes() : binding->applied.read();
}

// A live resource that a forced create left behind on purpose: an orphan from then on, not a duplicate.
struct LeftBehind {
    ResourceId id;
    Address address;
    friend bool operator==(const LeftBehind&, const LeftBehind&) = default;
};

// Addresses of a workflow that must not be deleted or replaced. Once remembered, it holds whatever the
// workflow says later, until it is lifted.
struct Protection {
    std::string workflow;
    std::string pattern;  // over addresses, see address_matches
    friend auto operator<=>(const Protection&, const Protection&) = default;
};

// How a task ended, remembered for when the target does not show it any more: it was torn down with its
// team, or the target has lost its memory.
enum class TaskEnd : std::uint8_t {
    completed,
    failed,   // on the target, or refused by it
    skipped,  // another one failed first, so that it was never submitted
};
struct EndedTask {
    Address address;
    ResourceId id;  // empty where it was never submitted
    TaskEnd end = TaskEnd::completed;
    friend bool operator==(const EndedTask&, const EndedTask&) = default;
};

// A workflow that came to its end and whose agents and teams were then taken down, or are about to be.
struct TornDown {
    std::string workflow;
    bool completed = true;  // every task was; else something failed
    friend auto operator<=>(const TornDown&, const TornDown&) = default;
};

// A call as the journal holds it: written durably before the call is sent.
struct Intent {
    CallId id;  // given by Journal::reserve
    Address address;
    std::string plan;   // digest of the plan that it belongs to
    std::string verb;   // create update rename start stop delete
    std::string key;    // live name that a create or rename gives; the subject for a task
    ResourceId target;  // empty for a create
    ResourceId team;    // tasks only
    bool forced = false;
    Attributes attributes;  // references by name, as in the workflow; becomes the binding when a create or
                            // rename is settled
    friend bool operator==(const Intent&, const Intent&) = default;
};

// What became of an intent. `result` is one of: done already gone refused denied failed not_sent settled_done
// settled_not_done.
struct IntentOutcome {
    CallId id;
    std::string result;
    std::string reason;  // in the target's words, may be empty
    ResourceId made;     // id of the resource that it made or touched, where known
    friend bool operator==(const IntentOutcome&, const IntentOutcome&) = default;
};

// Written in one durable transaction.
struct JournalBatch {
    std::vector<IntentOutcome> outcomes = {};
    std::vector<Binding> bind = {};  // added, or replacing the binding of the same address
    std::vector<Address> unbind = {};
    std::vector<LeftBehind> left_behind = {};
    std::vector<Intent> intents = {};
    std::vector<Protection> protect = {};
    std::vector<Protection> unprotect = {};
    std::vector<EndedTask> ended = {};      // added, or replacing what was remembered of the same address
    std::vector<TornDown> torn_down = {};   // likewise, by workflow
    std::vector<std::string> revive = {};   // workflows that are not torn down any more
    std::vector<std::string> forget = {};   // workflows: that they were torn down, and how their tasks ended
    std::vector<Address> forget_ends = {};  // of a task, or of all tasks of a team
    [[nodiscard]] bool empty() const {
        return outcomes.empty() && bind.empty() && unbind.empty() && left_behind.empty() && intents.empty() &&
               protect.empty() && unprotect.empty() && ended.empty() && torn_down.empty() && revive.empty() &&
               forget.empty() && forget_ends.empty();
    }
};

// One finished or unfinished run, for `tlm log`.
struct RunRecord {
    std::string id;    // unique, random
    std::string verb;  // apply, destroy, state mv, state rm, state import
    std::string plan;  // digest; empty where there was no plan
    std::string target;
    std::string started_at;  // ISO 8601 UTC
    std::string ended_at;    // empty while it runs, or after it was killed
    std::string result;      // done, partial, conflict, interrupted, failed; empty while ended_at is
    std::int64_t calls = 0;  // journal entries
};

// One journal entry with its outcome, for `tlm log RUN`.
struct JournalEntry {
    Intent intent;
    std::optional<IntentOutcome> outcome;
    std::string begun_at;  // ISO 8601 UTC
};

// A run that is over.
struct FinishedRun {
    std::string id;
    std::string ended_at;  // ISO 8601 UTC
    friend bool operator==(const FinishedRun&, const FinishedRun&) = default;
};

// How far earlier applies of one plan came.
struct PlanProgress {
    // The last run that ended `done`, unless a later run of the plan has called the target: then that one is
    // to be gone on with.
    std::optional<FinishedRun> finished;
    std::vector<std::pair<Address, ResourceId>> made;  // creates that were carried out: address and id
    std::vector<ResourceId> taken_down;                // stops and deletes that were begun
};

struct CachedSnapshot {
    Snapshot snapshot;
    std::string target;
    std::string read_at;  // ISO 8601 UTC
};

// Reading the state. A state that does not exist yet reads as empty. Everything concerns one target: bindings
// to another target's resources are not shown. Errors: state.
class StateReader {
  public:
    virtual ~StateReader() = default;
    [[nodiscard]] virtual Result<std::vector<Binding>> bindings() const = 0;  // sorted by address
    [[nodiscard]] virtual Result<std::vector<LeftBehind>> left_behind() const = 0;
    [[nodiscard]] virtual Result<std::vector<Protection>> protections() const = 0;  // sorted
    // Sorted by address; without those whose address is bound to another task by now.
    [[nodiscard]] virtual Result<std::vector<EndedTask>> ended_tasks() const = 0;
    [[nodiscard]] virtual Result<std::vector<TornDown>> torn_down() const = 0;  // sorted by workflow
    // Entries without an outcome, oldest first: what a killed run left open.
    [[nodiscard]] virtual Result<std::vector<Intent>> open_intents() const = 0;
    // What earlier applies of this plan made and took down, and whether they are over.
    [[nodiscard]] virtual Result<PlanProgress> progress_of(const std::string& digest) const = 0;
    // Creates that forced runs carried out at addresses where no run since has ended well (see
    // Journal::end_run): address and the id made. What an interrupted --force has made already, and a
    // repeated one keeps. Without an id: the target knew of nothing when it was asked after an uncertain
    // create, and may have carried it out after that.
    [[nodiscard]] virtual Result<std::vector<std::pair<Address, ResourceId>>> made_by_unfinished_force()
        const = 0;
    // Those of `candidates`, agents and teams, that a create of this state made or may have made, in any run.
    // May have: the target was asked after an uncertain create and knew of nothing, and carried it out after
    // that.
    [[nodiscard]] virtual Result<std::vector<ResourceId>> made_here(
        const std::vector<const LiveResource*>& candidates) const = 0;
    // Workflows that the run under way was asked, by another process, not to wait for any more.
    [[nodiscard]] virtual Result<std::vector<std::string>> cancelled() const = 0;
    [[nodiscard]] virtual Result<std::optional<CachedSnapshot>> cached_snapshot() const = 0;
    [[nodiscard]] virtual Result<std::vector<RunRecord>> runs() const = 0;  // newest first
    [[nodiscard]] virtual Result<std::vector<JournalEntry>> entries(const std::string& run) const = 0;
};

// Where plan and drift leave what they read, for --refresh=false. Not part of what they promise not to
// change.
class SnapshotCache {
  public:
    virtual ~SnapshotCache() = default;
    [[nodiscard]] virtual Result<void> save_snapshot(const Snapshot& snapshot) = 0;
};

// Writing the state, under the lock: apply, destroy, and what mends the state itself.
class Journal {
  public:
    virtual ~Journal() = default;
    // Opens a run and returns its id. `end_run` closes it with one of RunRecord's results. `stands`: where
    // everything desired is there now, so that a --force that was cut short there is over.
    [[nodiscard]] virtual Result<std::string> begin_run(const std::string& verb, const std::string& plan) = 0;
    [[nodiscard]] virtual Result<void> end_run(const std::string& result,
                                               const std::vector<Address>& stands) = 0;
    // A number for a new entry, never given before in this state.
    [[nodiscard]] virtual CallId reserve() = 0;
    // Returns after the batch is durable on disk. After an error nothing of it is.
    [[nodiscard]] virtual Result<void> commit(const JournalBatch& batch) = 0;
};

}  // namespace tlm
