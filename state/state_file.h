#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "engine/ports/state.h"
#include "state/storage/private_file.h"

namespace tlm {

namespace state {
class Database;
}

enum class StateMode {
    read,   // changes nothing but the snapshot cache, and creates the file only for it
    write,  // for apply and destroy, under the StateLock
};

// The state in one SQLite file, seen through the eyes of one target. Every row belongs to a target, so that
// targets share a file without seeing each other. Readers work while another process writes. Not thread-safe.
class StateFile final : public StateReader, public SnapshotCache, public Journal {
  public:
    using Now = std::function<std::string()>;  // ISO 8601 UTC

    // `target` as it was given: https://… or sandbox:PATH. A file that does not exist reads as an empty
    // state; in write mode it is created, with its directory, for the owner's eyes only. Errors: state, also
    // for a file that is damaged, another program's, written by a newer tlm, or not safe to use (a link, a
    // mount point, another user's).
    [[nodiscard]] static Result<std::unique_ptr<StateFile>> open(const OwnFile& own,
                                                                 const std::string& target, StateMode mode,
                                                                 Now now = {});
    ~StateFile() override;

    // Identifies the state from its creation on; empty where it does not exist yet.
    [[nodiscard]] Result<std::string> lineage() const;
    // Grows by one with every commit that changes bindings, whichever target's.
    [[nodiscard]] Result<std::int64_t> serial() const;

    [[nodiscard]] Result<std::vector<Binding>> bindings() const override;
    [[nodiscard]] Result<std::vector<LeftBehind>> left_behind() const override;
    [[nodiscard]] Result<std::vector<Protection>> protections() const override;
    [[nodiscard]] Result<std::vector<EndedTask>> ended_tasks() const override;
    [[nodiscard]] Result<std::vector<TornDown>> torn_down() const override;
    [[nodiscard]] Result<std::vector<Intent>> open_intents() const override;
    [[nodiscard]] Result<PlanProgress> progress_of(const std::string& digest) const override;
    [[nodiscard]] Result<std::vector<std::pair<Address, ResourceId>>> made_by_unfinished_force()
        const override;
    [[nodiscard]] Result<std::vector<ResourceId>> made_here(
        const std::vector<const LiveResource*>& candidates) const override;
    [[nodiscard]] Result<std::optional<CachedSnapshot>> cached_snapshot() const override;
    [[nodiscard]] Result<std::vector<RunRecord>> runs() const override;
    [[nodiscard]] Result<std::vector<JournalEntry>> entries(const std::string& run) const override;

    [[nodiscard]] Result<std::vector<std::string>> cancelled() const override;

    [[nodiscard]] Result<void> save_snapshot(const Snapshot& snapshot) override;

    // Asks the run that another process has under way not to wait for these workflows any more. In either
    // mode. Errors: not_found, where no run is open.
    [[nodiscard]] Result<void> request_cancel(const std::vector<std::string>& workflows);

    // Only in write mode.
    [[nodiscard]] Result<std::string> begin_run(const std::string& verb, const std::string& plan) override;
    [[nodiscard]] Result<void> end_run(const std::string& result,
                                       const std::vector<Address>& stands) override;
    [[nodiscard]] CallId reserve() override;
    // An address that is both unbound and bound by one batch ends up bound. Intents need an open run.
    [[nodiscard]] Result<void> commit(const JournalBatch& batch) override;

  private:
    StateFile(OwnFile own, std::string target, StateMode mode, Now now);
    [[nodiscard]] Result<void> open_existing();
    [[nodiscard]] Result<void> create();
    [[nodiscard]] Result<void> find_target();
    [[nodiscard]] Result<void> add_target();
    [[nodiscard]] Result<void> check_writable() const;
    [[nodiscard]] Result<void> write(const JournalBatch& batch);
    [[nodiscard]] Result<void> forget_left_behind(const std::vector<Binding>& bound);
    // Gives an empty T where the file does not exist, otherwise what `read` finds in it.
    template <typename T, typename Read>
    [[nodiscard]] Result<T> read_or_empty(Read read) const;

    std::string path_;  // for messages
    OwnFile own_;
    std::string target_;
    StateMode mode_;
    Now now_;
    std::unique_ptr<state::Database> database_;  // null while the file does not exist or is empty
    std::int64_t target_number_ = 0;             // 0: the file knows nothing of this target
    std::int64_t next_entry_ = 1;
    std::int64_t run_ = 0;  // 0: none is open
};

}  // namespace tlm
