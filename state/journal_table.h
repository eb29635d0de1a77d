#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "engine/ports/state.h"
#include "state/database.h"

namespace tlm::state {

// The tables `runs` and `journal`. `target` is a number of the table `targets`, `run` one of `runs`.
struct OpenedRun {
    std::int64_t number = 0;
    std::string id;
};
[[nodiscard]] Result<OpenedRun> insert_run(Database& database, std::int64_t target, const std::string& verb,
                                           const std::string& plan, const std::string& now);
[[nodiscard]] Result<void> close_run(Database& database, std::int64_t run, const std::string& result,
                                     const std::string& now);
[[nodiscard]] Result<std::vector<RunRecord>> read_runs(Database& database, std::int64_t target,
                                                       const std::string& target_name);

// The number after the last one in the journal, whoever's it is.
[[nodiscard]] Result<std::int64_t> next_entry(Database& database);
// Its plan is that of the run, and not written a second time.
[[nodiscard]] Result<void> insert_intent(Database& database, std::int64_t run, const Intent& intent,
                                         const std::string& now);
// An outcome without its intent is an error.
[[nodiscard]] Result<void> put_outcome(Database& database, std::int64_t target, const IntentOutcome& outcome);

[[nodiscard]] Result<std::vector<Intent>> read_open_intents(Database& database, std::int64_t target);
[[nodiscard]] Result<PlanProgress> read_progress(Database& database, std::int64_t target,
                                                 const std::string& digest);
[[nodiscard]] Result<std::vector<ResourceId>> read_made_here(
    Database& database, std::int64_t target, const std::vector<const LiveResource*>& candidates);
[[nodiscard]] Result<std::vector<std::pair<Address, ResourceId>>> read_made_by_unfinished_force(
    Database& database, std::int64_t target);
// What forced runs made at these addresses stands: it is no longer unfinished.
[[nodiscard]] Result<void> finish_force(Database& database, std::int64_t target,
                                        const std::vector<Address>& stands);
[[nodiscard]] Result<std::vector<JournalEntry>> read_entries(Database& database, std::int64_t target,
                                                             const std::string& run);

}  // namespace tlm::state
