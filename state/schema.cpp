#include "state/schema.h"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <thread>

#include "engine/base/sha256.h"
#include "state/stamp.h"

namespace tlm::state {
namespace {

constexpr std::int64_t kApplicationId = 0x746c6d53;  // "tlmS", in the file's header

Result<void> create_version_1(Database& database) {
    BOOST_OUTCOME_TRYV(database.script(R"sql(
        CREATE TABLE meta(
            one INTEGER PRIMARY KEY CHECK (one = 1),
            lineage TEXT NOT NULL,
            serial INTEGER NOT NULL);
        CREATE TABLE targets(
            number INTEGER PRIMARY KEY,
            name TEXT NOT NULL UNIQUE);
        CREATE TABLE bindings(
            target INTEGER NOT NULL REFERENCES targets(number),
            address TEXT NOT NULL,
            key TEXT NOT NULL,
            id TEXT NOT NULL,
            team TEXT NOT NULL,
            applied TEXT NOT NULL,
            PRIMARY KEY (target, address)) WITHOUT ROWID;
        CREATE TABLE left_behind(
            target INTEGER NOT NULL REFERENCES targets(number),
            id TEXT NOT NULL,
            address TEXT NOT NULL,
            PRIMARY KEY (target, id, address)) WITHOUT ROWID;
        CREATE TABLE runs(
            number INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            target INTEGER NOT NULL REFERENCES targets(number),
            verb TEXT NOT NULL,
            plan TEXT NOT NULL,
            started_at TEXT NOT NULL,
            ended_at TEXT NOT NULL DEFAULT '',
            result TEXT NOT NULL DEFAULT '');
        CREATE TABLE journal(
            id INTEGER PRIMARY KEY,
            run INTEGER NOT NULL REFERENCES runs(number),
            address TEXT NOT NULL,
            plan TEXT NOT NULL,
            verb TEXT NOT NULL,
            key TEXT NOT NULL,
            resource TEXT NOT NULL,
            team TEXT NOT NULL,
            forced INTEGER NOT NULL,
            attributes TEXT NOT NULL,
            begun_at TEXT NOT NULL,
            result TEXT,
            reason TEXT NOT NULL DEFAULT '',
            made TEXT NOT NULL DEFAULT '');
        CREATE VIEW entries AS
            SELECT j.id, j.address, j.plan, j.verb, j.key, j.resource, j.team, j.forced, j.attributes,
                   j.begun_at, j.result, j.reason, j.made, r.id AS run, r.target
            FROM journal AS j JOIN runs AS r ON r.number = j.run;
        CREATE INDEX journal_of_run ON journal(run);
        CREATE INDEX journal_open ON journal(id) WHERE result IS NULL;
        CREATE INDEX journal_creates ON journal(plan) WHERE verb = 'create';
        CREATE TABLE snapshots(
            target INTEGER PRIMARY KEY REFERENCES targets(number),
            read_at TEXT NOT NULL,
            consistent INTEGER NOT NULL);
        CREATE TABLE snapshot_resources(
            target INTEGER NOT NULL REFERENCES targets(number),
            number INTEGER NOT NULL,
            kind INTEGER NOT NULL,
            id TEXT NOT NULL,
            name TEXT NOT NULL,
            team TEXT NOT NULL,
            created_at TEXT NOT NULL,
            attributes TEXT NOT NULL,
            PRIMARY KEY (target, number)) WITHOUT ROWID;
    )sql"));
    BOOST_OUTCOME_TRYV(database.run("INSERT INTO meta(one, lineage, serial) VALUES (1, ?, 0)",
                                    std::string_view(random_hex())));
    return success();
}

// A forced create of a run that is over is marked with 2, so that which of them are not is known one by one.
Result<void> migrate_to_version_2(Database& database) {
    return database.script(R"sql(
        UPDATE journal SET forced = 2 WHERE forced AND run <= (
            SELECT max(done.number) FROM runs AS done JOIN runs AS own ON own.target = done.target
            WHERE own.number = journal.run AND done.result = 'done');
        CREATE INDEX journal_unfinished_force ON journal(id) WHERE forced = 1;
    )sql");
}

Result<void> migrate_to_version_3(Database& database) {
    return database.script(R"sql(
        CREATE TABLE protections(
            target INTEGER NOT NULL REFERENCES targets(number),
            workflow TEXT NOT NULL,
            pattern TEXT NOT NULL,
            PRIMARY KEY (target, workflow, pattern)) WITHOUT ROWID;
    )sql");
}

Result<void> migrate_to_version_4(Database& database) {
    return database.script(R"sql(
        CREATE TABLE ended_tasks(
            target INTEGER NOT NULL REFERENCES targets(number),
            workflow TEXT NOT NULL,
            address TEXT NOT NULL,
            id TEXT NOT NULL,
            end TEXT NOT NULL,
            PRIMARY KEY (target, workflow, address)) WITHOUT ROWID;
        CREATE TABLE torn_down(
            target INTEGER NOT NULL REFERENCES targets(number),
            workflow TEXT NOT NULL,
            completed INTEGER NOT NULL,
            begun_at TEXT NOT NULL,
            PRIMARY KEY (target, workflow)) WITHOUT ROWID;
        CREATE TABLE cancellations(
            run INTEGER NOT NULL REFERENCES runs(number),
            workflow TEXT NOT NULL,
            requested_at TEXT NOT NULL,
            PRIMARY KEY (run, workflow)) WITHOUT ROWID;
    )sql");
}

// The cached snapshot in pages. What was cached is read again from the target.
Result<void> migrate_to_version_5(Database& database) {
    return database.script(R"sql(
        DROP TABLE snapshot_resources;
        DELETE FROM snapshots;
        ALTER TABLE snapshots ADD COLUMN version TEXT NOT NULL DEFAULT '';
        CREATE TABLE snapshot_pages(
            target INTEGER NOT NULL REFERENCES targets(number),
            number INTEGER NOT NULL,
            resources TEXT NOT NULL,
            PRIMARY KEY (target, number));
    )sql");
}

// Which plan a call belongs to is its run's: as a text of its own, in an index besides, it made a tenth of
// what an apply writes.
Result<void> migrate_to_version_6(Database& database) {
    return database.script(R"sql(
        DROP VIEW entries;
        DROP INDEX journal_creates;
        ALTER TABLE journal DROP COLUMN plan;
        CREATE VIEW entries AS
            SELECT j.id, j.address, r.plan, j.verb, j.key, j.resource, j.team, j.forced, j.attributes,
                   j.begun_at, j.result, j.reason, j.made, r.id AS run, r.target
            FROM journal AS j JOIN runs AS r ON r.number = j.run;
    )sql");
}

// The pages of the cached snapshot as bytes; see snapshot_table.cpp.
Result<void> migrate_to_version_7(Database& database) {
    return database.script(R"sql(
        DELETE FROM snapshots;
        DROP TABLE snapshot_pages;
        CREATE TABLE snapshot_pages(
            target INTEGER NOT NULL REFERENCES targets(number),
            number INTEGER NOT NULL,
            resources BLOB NOT NULL,
            PRIMARY KEY (target, number));
    )sql");
}

// Who holds the lock. `scope` is `*` for the whole state.
Result<void> migrate_to_version_8(Database& database) {
    return database.script(R"sql(
        CREATE TABLE holders(
            scope TEXT PRIMARY KEY,
            user TEXT NOT NULL,
            host TEXT NOT NULL,
            pid INTEGER NOT NULL,
            since TEXT NOT NULL,
            doing TEXT NOT NULL) WITHOUT ROWID;
    )sql");
}

// The n-th brings a file from version n to version n + 1. Never changed once released; new ones are added.
constexpr std::array kMigrations = {&create_version_1,     &migrate_to_version_2, &migrate_to_version_3,
                                    &migrate_to_version_4, &migrate_to_version_5, &migrate_to_version_6,
                                    &migrate_to_version_7, &migrate_to_version_8};
constexpr auto kVersion = static_cast<std::int64_t>(kMigrations.size());

// What the first migrations make.
Result<storage::Schema> schema_of(std::int64_t version) {
    BOOST_OUTCOME_TRY(database, Database::in_memory());
    for (std::int64_t at = 0; at < version; ++at) {
        BOOST_OUTCOME_TRYV(kMigrations.at(static_cast<std::size_t>(at))(*database));
    }
    return database->schema();
}

}  // namespace

Result<Content> identify(Database& database) {
    // One statement, and so one moment: another process may be filling the file just now.
    BOOST_OUTCOME_TRY(
        row, database.query("SELECT application_id, user_version, (SELECT count(*) FROM sqlite_master)"
                            " FROM pragma_application_id, pragma_user_version"));
    BOOST_OUTCOME_TRYV(row.next());
    const std::int64_t application = row.integer(0);
    const std::int64_t version = row.integer(1);
    if (application != kApplicationId) {
        if (application == 0 && version == 0 && row.integer(2) == 0) return Content::empty;
        return fail(ErrorCode::state, "can't use the state: it is an SQLite database of another program",
                    database.path(), {"Choose another file with `--state` or TLM_STATE."});
    }
    if (version > kVersion) {
        return fail(
            ErrorCode::state,
            fmt::format(
                "the state was written by a newer tlm: it has version {}, this program knows versions "
                "up to {}",
                version, kVersion),
            database.path(),
            {"Update tlm, or use the version that wrote the state.",
             "To go on without it, move the file away: what exists is found by its keys again."});
    }
    return version == kVersion ? Content::current : Content::older;
}

std::string schema_fingerprint(const storage::Schema& schema) {
    std::string text;
    for (const auto& [name, sql] : schema.objects)
        text += name + '\0' + sql + '\0';
    return sha256_hex(text);
}

Result<void> check_schema(Database& database) {
    // With its version, at one moment: another process may be migrating the file just now.
    BOOST_OUTCOME_TRY(found, database.schema());
    if (found.version < 1 || found.version > kVersion)
        return database.damaged("it has no version of a state");
    if (found.version == kVersion && schema_fingerprint(found) == kSchemaFingerprint) return success();
    BOOST_OUTCOME_TRY(ours, schema_of(found.version));
    const auto faults = storage::schema_faults(found, ours);
    if (faults.empty()) return success();
    return database.damaged(fmt::format("{}", fmt::join(faults, "; ")));
}

Result<void> configure(Database& database) {
    // Two processes that make this switch at the same moment refuse each other at once, without waiting.
    constexpr int kTries = 500;
    for (int i = 1;; ++i) {
        auto switched = database.script("PRAGMA journal_mode = WAL");
        if (switched) break;
        if (i == kTries || !database.busy()) return switched;
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    // The log is cut back after a large snapshot went through it.
    return database.script(
        "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA journal_size_limit = 8388608");
}

Result<void> migrate(Database& database) {
    BOOST_OUTCOME_TRY(transaction, Transaction::begin(database));
    BOOST_OUTCOME_TRY(content, identify(database));
    if (content == Content::current) return success();
    BOOST_OUTCOME_TRY(version, database.integer("PRAGMA user_version"));
    for (auto at = static_cast<std::size_t>(version); at < kMigrations.size(); ++at) {
        BOOST_OUTCOME_TRYV(kMigrations.at(at)(database));
    }
    BOOST_OUTCOME_TRYV(database.script(
        fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {}", kApplicationId, kVersion)));
    return transaction.commit();
}

}  // namespace tlm::state
