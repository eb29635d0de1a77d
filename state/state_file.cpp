#include "state/state_file.h"

#include "state/binding_table.h"
#include "state/cancellation_table.h"
#include "state/database.h"
#include "state/end_tables.h"
#include "state/journal_table.h"
#include "state/opening.h"
#include "state/protection_table.h"
#include "state/schema.h"
#include "state/snapshot_table.h"
#include "state/stamp.h"
#include "state/storage/private_file.h"

namespace tlm {

using state::Content;
using state::Database;
using state::Transaction;

StateFile::StateFile(OwnFile own, std::string target, StateMode mode, Now now)
    : path_(own.path), own_(std::move(own)), target_(std::move(target)), mode_(mode), now_(std::move(now)) {}

StateFile::~StateFile() = default;

Result<std::unique_ptr<StateFile>> StateFile::open(const OwnFile& own, const std::string& target,
                                                   StateMode mode, Now now) {
    if (own.path.empty()) return fail(ErrorCode::bad_input, "the path of the state is empty");
    if (!now) now = state::utc_now;
    std::unique_ptr<StateFile> file(new StateFile(own, target, mode, std::move(now)));
    if (mode == StateMode::write) {
        BOOST_OUTCOME_TRYV(file->create());
        BOOST_OUTCOME_TRYV(file->add_target());
    } else {
        BOOST_OUTCOME_TRYV(file->open_existing());
    }
    return file;
}

Result<void> StateFile::open_existing() {
    BOOST_OUTCOME_TRY(found, state::open_to_read(own_));
    path_ = std::move(found.path);
    if (found.database == nullptr) return success();
    if (found.content == Content::older) {
        BOOST_OUTCOME_TRYV(state::migrate(*found.database));
    }
    database_ = std::move(found.database);
    return find_target();
}

Result<void> StateFile::create() {
    BOOST_OUTCOME_TRY(database, state::open_or_create(own_));
    database_ = std::move(database);
    path_ = database_->path();
    BOOST_OUTCOME_TRY(next, state::next_entry(*database_));
    next_entry_ = next;
    return find_target();
}

Result<void> StateFile::find_target() {
    BOOST_OUTCOME_TRY(rows, database_->query("SELECT number FROM targets WHERE name = ?", target_));
    BOOST_OUTCOME_TRY(found, rows.next());
    target_number_ = found ? rows.integer(0) : 0;
    return success();
}

Result<void> StateFile::add_target() {
    if (target_number_ != 0) return success();
    BOOST_OUTCOME_TRYV(database_->run("INSERT OR IGNORE INTO targets(name) VALUES (?)", target_));
    return find_target();
}

template <typename T, typename Read>
Result<T> StateFile::read_or_empty(Read read) const {
    if (database_ == nullptr) return T();
    return read(*database_);
}

Result<std::string> StateFile::lineage() const {
    return read_or_empty<std::string>([](Database& database) -> Result<std::string> {
        BOOST_OUTCOME_TRY(rows, database.query("SELECT lineage FROM meta"));
        BOOST_OUTCOME_TRY(found, rows.next());
        if (!found) return database.damaged("it has no lineage");
        return rows.text(0);
    });
}

Result<std::int64_t> StateFile::serial() const {
    return read_or_empty<std::int64_t>(
        [](Database& database) { return database.integer("SELECT serial FROM meta"); });
}

Result<std::vector<Binding>> StateFile::bindings() const {
    // Nothing is changed on the word of what is damaged. Who only looks need not wait for that check.
    const bool check = mode_ == StateMode::write;
    return read_or_empty<std::vector<Binding>>(
        [&](Database& database) { return state::read_bindings(database, target_number_, check); });
}

Result<std::vector<LeftBehind>> StateFile::left_behind() const {
    return read_or_empty<std::vector<LeftBehind>>(
        [&](Database& database) { return state::read_left_behind(database, target_number_); });
}

Result<std::vector<Protection>> StateFile::protections() const {
    return read_or_empty<std::vector<Protection>>(
        [&](Database& database) { return state::read_protections(database, target_number_); });
}

Result<std::vector<EndedTask>> StateFile::ended_tasks() const {
    return read_or_empty<std::vector<EndedTask>>(
        [&](Database& database) { return state::read_ended_tasks(database, target_number_); });
}

Result<std::vector<TornDown>> StateFile::torn_down() const {
    return read_or_empty<std::vector<TornDown>>(
        [&](Database& database) { return state::read_torn_down(database, target_number_); });
}

Result<std::vector<Intent>> StateFile::open_intents() const {
    return read_or_empty<std::vector<Intent>>(
        [&](Database& database) { return state::read_open_intents(database, target_number_); });
}

Result<PlanProgress> StateFile::progress_of(const std::string& digest) const {
    return read_or_empty<PlanProgress>(
        [&](Database& database) { return state::read_progress(database, target_number_, digest); });
}

Result<std::vector<ResourceId>> StateFile::made_here(
    const std::vector<const LiveResource*>& candidates) const {
    if (candidates.empty()) return std::vector<ResourceId>();
    return read_or_empty<std::vector<ResourceId>>(
        [&](Database& database) { return state::read_made_here(database, target_number_, candidates); });
}

Result<std::vector<std::pair<Address, ResourceId>>> StateFile::made_by_unfinished_force() const {
    return read_or_empty<std::vector<std::pair<Address, ResourceId>>>(
        [&](Database& database) { return state::read_made_by_unfinished_force(database, target_number_); });
}

Result<std::optional<CachedSnapshot>> StateFile::cached_snapshot() const {
    return read_or_empty<std::optional<CachedSnapshot>>(
        [&](Database& database) { return state::read_snapshot(database, target_number_, target_); });
}

Result<std::vector<RunRecord>> StateFile::runs() const {
    return read_or_empty<std::vector<RunRecord>>(
        [&](Database& database) { return state::read_runs(database, target_number_, target_); });
}

Result<std::vector<JournalEntry>> StateFile::entries(const std::string& run) const {
    return read_or_empty<std::vector<JournalEntry>>(
        [&](Database& database) { return state::read_entries(database, target_number_, run); });
}

Result<std::vector<std::string>> StateFile::cancelled() const {
    if (run_ == 0) return std::vector<std::string>();
    return read_or_empty<std::vector<std::string>>(
        [&](Database& database) { return state::read_cancelled(database, run_); });
}

Result<void> StateFile::request_cancel(const std::vector<std::string>& workflows) {
    const auto nothing = [&] {
        return fail(ErrorCode::not_found, "no run is under way with this state and target", path_,
                    {"`tlm log` shows earlier ones."});
    };
    if (database_ == nullptr) return nothing();
    BOOST_OUTCOME_TRYV(state::configure(*database_));
    BOOST_OUTCOME_TRY(transaction, Transaction::begin(*database_));
    std::int64_t run = 0;
    {
        BOOST_OUTCOME_TRY(row, database_->query("SELECT max(number) FROM runs WHERE target = ?"
                                                " AND ended_at = ''",
                                                target_number_));
        BOOST_OUTCOME_TRYV(row.next());
        run = row.is_null(0) ? 0 : row.integer(0);
    }
    if (run == 0) return nothing();
    for (const std::string& workflow : workflows) {
        BOOST_OUTCOME_TRYV(state::put_cancelled(*database_, run, workflow, now_()));
    }
    return transaction.commit();
}

Result<void> StateFile::save_snapshot(const Snapshot& snapshot) {
    if (database_ == nullptr) {
        BOOST_OUTCOME_TRYV(create());
    } else if (mode_ == StateMode::read) {
        BOOST_OUTCOME_TRYV(state::configure(*database_));
    }
    BOOST_OUTCOME_TRYV(add_target());
    BOOST_OUTCOME_TRY(transaction, Transaction::begin(*database_));
    BOOST_OUTCOME_TRYV(state::replace_snapshot(*database_, target_number_, snapshot, now_()));
    return transaction.commit();
}

Result<void> StateFile::check_writable() const {
    if (mode_ != StateMode::write) {
        return fail(ErrorCode::internal, "the state was opened for reading only", path_);
    }
    // Whatever is written to a file that has lost its name is lost with it.
    if (database_->moved()) {
        return fail(
            ErrorCode::state, "the state was moved or deleted while it was in use", path_,
            {"Put it back, if it was moved, and run the command again: what was made is found by its key."});
    }
    return success();
}

Result<std::string> StateFile::begin_run(const std::string& verb, const std::string& plan) {
    BOOST_OUTCOME_TRYV(check_writable());
    BOOST_OUTCOME_TRY(transaction, Transaction::begin(*database_));
    BOOST_OUTCOME_TRY(next, state::next_entry(*database_));
    BOOST_OUTCOME_TRY(run, state::insert_run(*database_, target_number_, verb, plan, now_()));
    BOOST_OUTCOME_TRYV(transaction.commit());
    // Another run may have ended between opening the file and taking the lock.
    next_entry_ = std::max(next_entry_, next);
    run_ = run.number;
    return run.id;
}

Result<void> StateFile::end_run(const std::string& result, const std::vector<Address>& stands) {
    BOOST_OUTCOME_TRYV(check_writable());
    if (run_ == 0) return fail(ErrorCode::internal, "no run is open in the journal", path_);
    BOOST_OUTCOME_TRY(transaction, Transaction::begin(*database_));
    BOOST_OUTCOME_TRYV(state::close_run(*database_, run_, result, now_()));
    BOOST_OUTCOME_TRYV(state::finish_force(*database_, target_number_, stands));
    BOOST_OUTCOME_TRYV(transaction.commit());
    run_ = 0;
    return success();
}

CallId StateFile::reserve() {
    return {next_entry_++};
}

Result<void> StateFile::commit(const JournalBatch& batch) {
    BOOST_OUTCOME_TRYV(check_writable());
    if (batch.empty()) return success();
    if (run_ == 0 && !batch.intents.empty())
        return fail(ErrorCode::internal, "no run is open in the journal", path_);
    BOOST_OUTCOME_TRY(transaction, Transaction::begin(*database_));
    BOOST_OUTCOME_TRYV(write(batch));
    return transaction.commit();
}

Result<void> StateFile::write(const JournalBatch& batch) {
    const std::string now = now_();
    for (const Intent& intent : batch.intents) {
        BOOST_OUTCOME_TRYV(state::insert_intent(*database_, run_, intent, now));
    }
    for (const IntentOutcome& outcome : batch.outcomes) {
        BOOST_OUTCOME_TRYV(state::put_outcome(*database_, target_number_, outcome));
    }
    bool changed = false;
    for (const Address& address : batch.unbind) {
        BOOST_OUTCOME_TRY(erased, state::erase_binding(*database_, target_number_, address));
        changed = changed || erased;
    }
    for (const Binding& binding : batch.bind) {
        BOOST_OUTCOME_TRY(put, state::put_binding(*database_, target_number_, binding));
        changed = changed || put;
    }
    if (!batch.bind.empty()) {
        BOOST_OUTCOME_TRYV(forget_left_behind(batch.bind));
    }
    for (const LeftBehind& left : batch.left_behind) {
        BOOST_OUTCOME_TRYV(state::put_left_behind(*database_, target_number_, left));
    }
    for (const Protection& protection : batch.protect) {
        BOOST_OUTCOME_TRY(put, state::put_protection(*database_, target_number_, protection));
        changed = changed || put;
    }
    for (const Protection& protection : batch.unprotect) {
        BOOST_OUTCOME_TRY(erased, state::erase_protection(*database_, target_number_, protection));
        changed = changed || erased;
    }
    BOOST_OUTCOME_TRYV(state::write_ends(*database_, target_number_, batch, now));
    if (changed) {
        BOOST_OUTCOME_TRYV(database_->run("UPDATE meta SET serial = serial + 1"));
    }
    return success();
}

// What is bound is not left behind any more. Nearly always nothing is, which is asked once for all of them.
Result<void> StateFile::forget_left_behind(const std::vector<Binding>& bound) {
    BOOST_OUTCOME_TRY(some, state::has_left_behind(*database_));
    if (!some) return success();
    for (const Binding& binding : bound) {
        BOOST_OUTCOME_TRYV(state::erase_left_behind(*database_, target_number_, binding));
    }
    return success();
}

}  // namespace tlm
