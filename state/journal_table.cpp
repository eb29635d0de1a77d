#include "state/journal_table.h"

#include <fmt/format.h>

#include <unordered_map>
#include <unordered_set>

#include "state/binding_table.h"
#include "state/stamp.h"

namespace tlm::state {
namespace {

// A row of the view `entries`, whose columns stand in the order of schema.cpp.
Result<Intent> intent_of(const Database& database, const Statement& row) {
    Intent intent;
    intent.id = {row.integer(0)};
    BOOST_OUTCOME_TRY(address, address_of(database, row.view(1)));
    intent.address = std::move(address);
    intent.plan = row.text(2);
    intent.verb = row.text(3);
    intent.key = row.text(4);
    intent.target = ResourceId(row.view(5));
    intent.team = ResourceId(row.view(6));
    intent.forced = row.integer(7) != 0;
    BOOST_OUTCOME_TRY(attributes, attributes_of(database, row.view(8)));
    intent.attributes = std::move(attributes);
    return intent;
}

Result<JournalEntry> entry_of(const Database& database, const Statement& row) {
    JournalEntry entry;
    BOOST_OUTCOME_TRY(intent, intent_of(database, row));
    entry.intent = std::move(intent);
    entry.begun_at = row.text(9);
    if (!row.is_null(10))
        entry.outcome = IntentOutcome{entry.intent.id, row.text(10), row.text(11), ResourceId(row.view(12))};
    return entry;
}

// Whether a resource that the target says it made then can come from a call that was begun at the other time:
// an hour is more than any request takes, and more than clocks should differ.
Result<bool> near_in_time(Database& database, const std::string& created_at, const std::string& begun_at) {
    BOOST_OUTCOME_TRY(
        row, database.query("SELECT abs(julianday(?) - julianday(?)) < 1.0 / 24", created_at, begun_at));
    BOOST_OUTCOME_TRYV(row.next());
    return !row.is_null(0) && row.integer(0) != 0;
}

// Rows of address and id.
Result<std::vector<std::pair<Address, ResourceId>>> made_of(const Database& database, Statement& rows) {
    std::vector<std::pair<Address, ResourceId>> made;
    while (true) {
        BOOST_OUTCOME_TRY(more, rows.next());
        if (!more) return made;
        BOOST_OUTCOME_TRY(address, address_of(database, rows.view(0)));
        made.emplace_back(std::move(address), ResourceId{rows.text(1)});
    }
}

// The last run of the plan that ended done, where no later one of the plan has a call in the journal.
Result<std::optional<FinishedRun>> read_finished(Database& database, std::int64_t target,
                                                 const std::string& digest) {
    BOOST_OUTCOME_TRY(rows,
                      database.query("SELECT done.id, done.ended_at FROM runs AS done"
                                     " WHERE done.target = ?1 AND done.plan = ?2 AND done.result = 'done'"
                                     " AND NOT EXISTS (SELECT 1 FROM runs AS later JOIN journal AS j"
                                     "  ON j.run = later.number WHERE later.target = ?1"
                                     "  AND later.plan = ?2 AND later.number > done.number)"
                                     " ORDER BY done.number DESC LIMIT 1",
                                     target, digest));
    BOOST_OUTCOME_TRY(more, rows.next());
    if (!more) return std::optional<FinishedRun>();
    return std::optional<FinishedRun>(FinishedRun{rows.text(0), rows.text(1)});
}

}  // namespace

Result<OpenedRun> insert_run(Database& database, std::int64_t target, const std::string& verb,
                             const std::string& plan, const std::string& now) {
    OpenedRun run;
    run.id = random_hex();
    BOOST_OUTCOME_TRYV(
        database.run("INSERT INTO runs(id, target, verb, plan, started_at) VALUES (?, ?, ?, ?, ?)", run.id,
                     target, verb, plan, now));
    run.number = database.last_row();
    return run;
}

Result<void> close_run(Database& database, std::int64_t run, const std::string& result,
                       const std::string& now) {
    BOOST_OUTCOME_TRYV(
        database.run("UPDATE runs SET ended_at = ?, result = ? WHERE number = ?", now, result, run));
    return success();
}

Result<std::vector<RunRecord>> read_runs(Database& database, std::int64_t target,
                                         const std::string& target_name) {
    BOOST_OUTCOME_TRY(rows, database.query("SELECT id, verb, plan, started_at, ended_at, result,"
                                           " (SELECT count(*) FROM journal WHERE run = runs.number)"
                                           " FROM runs WHERE target = ? ORDER BY number DESC",
                                           target));
    std::vector<RunRecord> runs;
    while (true) {
        BOOST_OUTCOME_TRY(more, rows.next());
        if (!more) return runs;
        runs.push_back({rows.text(0), rows.text(1), rows.text(2), target_name, rows.text(3), rows.text(4),
                        rows.text(5), rows.integer(6)});
    }
}

Result<std::int64_t> next_entry(Database& database) {
    BOOST_OUTCOME_TRY(last, database.integer("SELECT max(id) FROM journal"));
    return last + 1;
}

Result<void> insert_intent(Database& database, std::int64_t run, const Intent& intent,
                           const std::string& now) {
    BOOST_OUTCOME_TRYV(database.run(
        "INSERT INTO journal(id, run, address, verb, key, resource, team, forced,"
        " attributes, begun_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        intent.id.value, run, intent.address.text(), intent.verb, intent.key, intent.target.text(),
        intent.team.text(), std::int64_t{intent.forced}, attributes_to_json(intent.attributes), now));
    return success();
}

Result<void> put_outcome(Database& database, std::int64_t target, const IntentOutcome& outcome) {
    BOOST_OUTCOME_TRY(
        changed, database.run("UPDATE journal SET result = ?, reason = ?, made = ? WHERE id = ?"
                              " AND (SELECT target FROM runs WHERE number = journal.run) = ?",
                              outcome.result, outcome.reason, outcome.made.text(), outcome.id.value, target));
    if (changed == 1) return success();
    return fail(ErrorCode::internal,
                fmt::format("the journal has no entry {} for this target", outcome.id.value),
                database.path());
}

Result<std::vector<Intent>> read_open_intents(Database& database, std::int64_t target) {
    BOOST_OUTCOME_TRY(
        rows,
        database.query("SELECT * FROM entries WHERE target = ? AND result IS NULL ORDER BY id", target));
    std::vector<Intent> intents;
    while (true) {
        BOOST_OUTCOME_TRY(more, rows.next());
        if (!more) return intents;
        BOOST_OUTCOME_TRY(intent, intent_of(database, rows));
        intents.push_back(std::move(intent));
    }
}

Result<PlanProgress> read_progress(Database& database, std::int64_t target, const std::string& digest) {
    BOOST_OUTCOME_TRY(
        made, database.query("SELECT address, made FROM entries WHERE target = ? AND plan = ?"
                             " AND verb = 'create' AND result IN ('done', 'settled_done') AND made <> ''"
                             " ORDER BY id",
                             target, digest));
    PlanProgress progress;
    BOOST_OUTCOME_TRY(finished, read_finished(database, target, digest));
    progress.finished = std::move(finished);
    BOOST_OUTCOME_TRY(pairs, made_of(database, made));
    progress.made = std::move(pairs);
    BOOST_OUTCOME_TRY(rows,
                      database.query("SELECT DISTINCT resource FROM entries WHERE target = ? AND plan = ?"
                                     " AND verb IN ('stop', 'delete')",
                                     target, digest));
    while (true) {
        BOOST_OUTCOME_TRY(more, rows.next());
        if (!more) return progress;
        progress.taken_down.emplace_back(rows.view(0));
    }
}

Result<std::vector<ResourceId>> read_made_here(Database& database, std::int64_t target,
                                               const std::vector<const LiveResource*>& candidates) {
    BOOST_OUTCOME_TRY(
        rows,
        database.query("SELECT DISTINCT made, key, result, begun_at FROM entries WHERE target = ?"
                       " AND verb = 'create' AND result IN ('done', 'settled_done', 'settled_not_done')",
                       target));
    std::unordered_set<ResourceId> ids;
    std::unordered_multimap<std::string, std::string>
        late;  // key and time of creates that may have come late
    while (true) {
        BOOST_OUTCOME_TRY(more, rows.next());
        if (!more) break;
        if (rows.view(2) == "settled_not_done") {
            late.emplace(rows.text(1), rows.text(3));
        } else {
            ids.emplace(rows.view(0));
        }
    }
    std::vector<ResourceId> made;
    for (const LiveResource* live : candidates) {
        bool ours = ids.contains(live->id);
        const auto [first, last] = late.equal_range(live->name);
        for (auto at = first; at != last && !ours; ++at) {
            BOOST_OUTCOME_TRY(near, near_in_time(database, live->created_at.text(), at->second));
            ours = near;
        }
        if (ours) made.push_back(live->id);
    }
    return made;
}

Result<std::vector<std::pair<Address, ResourceId>>> read_made_by_unfinished_force(Database& database,
                                                                                  std::int64_t target) {
    BOOST_OUTCOME_TRY(
        rows, database.query("SELECT j.address, j.made FROM journal AS j JOIN runs AS r ON r.number = j.run"
                             " WHERE r.target = ? AND j.forced = 1 AND j.verb = 'create'"
                             " AND (j.result IN ('done', 'settled_done') AND j.made <> ''"
                             "      OR j.result = 'settled_not_done')"
                             " ORDER BY j.id",
                             target));
    return made_of(database, rows);
}

Result<void> finish_force(Database& database, std::int64_t target, const std::vector<Address>& stands) {
    if (stands.empty()) return success();
    std::unordered_set<std::string> addresses;
    for (const Address& address : stands)
        addresses.insert(address.text());
    BOOST_OUTCOME_TRY(rows, database.query("SELECT j.id, j.address FROM journal AS j"
                                           " JOIN runs AS r ON r.number = j.run"
                                           " WHERE r.target = ? AND j.forced = 1",
                                           target));
    std::vector<std::int64_t> over;
    while (true) {
        BOOST_OUTCOME_TRY(more, rows.next());
        if (!more) break;
        if (addresses.contains(rows.text(1))) over.push_back(rows.integer(0));
    }
    for (const std::int64_t id : over) {
        BOOST_OUTCOME_TRYV(database.run("UPDATE journal SET forced = 2 WHERE id = ?", id));
    }
    return success();
}

Result<std::vector<JournalEntry>> read_entries(Database& database, std::int64_t target,
                                               const std::string& run) {
    BOOST_OUTCOME_TRY(
        rows, database.query("SELECT * FROM entries WHERE target = ? AND run = ? ORDER BY id", target, run));
    std::vector<JournalEntry> entries;
    while (true) {
        BOOST_OUTCOME_TRY(more, rows.next());
        if (!more) return entries;
        BOOST_OUTCOME_TRY(entry, entry_of(database, rows));
        entries.push_back(std::move(entry));
    }
}

}  // namespace tlm::state
