#include "providers/sandbox/database.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <chrono>
#include <filesystem>
#include <system_error>
#include <thread>

#include "state/storage/schema.h"
#include "state/storage/sqlite_safety.h"

namespace tlm::sandbox {
namespace {

constexpr std::int64_t kApplicationId = 0x746c6d42;  // "tlmB", in the file's header
constexpr std::int64_t kVersion = 1;
constexpr int kBusyMilliseconds = 5000;

const char* const kSchema = R"sql(
    CREATE TABLE resources(
        id TEXT PRIMARY KEY,
        kind TEXT NOT NULL,
        name TEXT NOT NULL,
        team TEXT NOT NULL,
        created_at TEXT NOT NULL,
        status TEXT NOT NULL,
        attributes TEXT NOT NULL) WITHOUT ROWID;
    CREATE INDEX resources_by_name ON resources(kind, name, team);
    CREATE INDEX resources_pending ON resources(id) WHERE status = 'pending' AND kind = 'task';
)sql";

std::string uri(const std::string& path, bool immutable) {
    std::string out = "file:";
    for (const char c : path) {
        if (c == '%' || c == '?' || c == '#') {
            out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
        } else {
            out += c;
        }
    }
    return immutable ? out + "?immutable=1" : out;
}

}  // namespace

std::string Row::text(int column) const {
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
    if (text == nullptr) return {};
    return {text, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

std::int64_t Row::integer(int column) const {
    return sqlite3_column_int64(statement_, column);
}

Failure Database::failure(int code) const {
    const int primary = code & 0xFF;
    Failure failure;
    failure.busy = primary == SQLITE_BUSY || primary == SQLITE_LOCKED;
    failure.read_only = primary == SQLITE_READONLY || primary == SQLITE_CANTOPEN || primary == SQLITE_PERM;
    failure.cause =
        primary == SQLITE_ERROR && handle_ != nullptr ? sqlite3_errmsg(handle_) : sqlite3_errstr(code);
    if (primary == SQLITE_NOTADB) failure.cause = "it is damaged, or not a sandbox";
    const int system = handle_ == nullptr ? 0 : sqlite3_system_errno(handle_);
    if (system != 0 && (primary == SQLITE_CANTOPEN || primary == SQLITE_IOERR)) {
        failure.cause += fmt::format(" ({})", std::generic_category().message(system));
    }
    return failure;
}

Try<std::unique_ptr<Database>> Database::connect(const std::string& path, bool immutable) {
    sqlite3* handle = nullptr;
    const int access = immutable ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
    const int code = sqlite3_open_v2(
        uri(path, immutable).c_str(), &handle,
        access | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_NOFOLLOW,
        nullptr);
    std::unique_ptr<Database> database(new Database(handle));
    if (code != SQLITE_OK) return database->failure(code);
    if (const int hardened = storage::harden(handle); hardened != SQLITE_OK)
        return database->failure(hardened);
    sqlite3_busy_timeout(handle, kBusyMilliseconds);
    BOOST_OUTCOME_TRYV(database->script("PRAGMA synchronous = FULL"));
    BOOST_OUTCOME_TRYV(database->integer("PRAGMA schema_version"));
    return database;
}

Try<std::unique_ptr<Database>> Database::open(const std::string& path) {
    auto database = connect(path, false);
    if (database) return database;
    // Where the log's files can't be made, in a read-only directory, the file is complete unless there is a
    // log.
    std::error_code error;
    const auto log_size = std::filesystem::file_size(path + "-wal", error);
    if (!database.error().read_only || (!error && log_size > 0)) return database;
    auto as_it_stands = connect(path, true);
    return as_it_stands ? std::move(as_it_stands) : std::move(database);
}

Database::~Database() {
    for (const auto& [sql, statement] : prepared_)
        sqlite3_finalize(statement);
    sqlite3_close(handle_);
}

Try<bool> Database::is_sandbox() {
    std::int64_t application = 0;
    std::int64_t version = 0;
    std::int64_t objects = 0;
    // One statement, and so one moment: another process may be filling the file just now.
    BOOST_OUTCOME_TRYV(
        query("SELECT application_id, user_version, (SELECT count(*) FROM sqlite_master)"
              " FROM pragma_application_id, pragma_user_version",
              {}, [&](const Row& row) {
                  application = row.integer(0);
                  version = row.integer(1);
                  objects = row.integer(2);
              }));
    if (application != kApplicationId) {
        if (application == 0 && version == 0 && objects == 0) return false;
        return Failure{"it is an SQLite database of something else"};
    }
    if (version > kVersion)
        return Failure{fmt::format("it was written by a newer tlm (version {})", version)};
    BOOST_OUTCOME_TRYV(check_schema());
    return true;
}

Try<void> Database::check_schema() {
    storage::Schema found;
    if (const int code = storage::read_schema(handle_, found); code != SQLITE_OK) return failure(code);
    sqlite3* handle = nullptr;
    const int opened = sqlite3_open(":memory:", &handle);
    const std::unique_ptr<Database> memory(new Database(handle));
    if (opened != SQLITE_OK) return memory->failure(opened);
    BOOST_OUTCOME_TRYV(memory->script(kSchema));
    storage::Schema ours;
    if (const int code = storage::read_schema(handle, ours); code != SQLITE_OK) return memory->failure(code);
    const auto faults = storage::schema_faults(found, ours);
    if (faults.empty()) return boost::outcome_v2::success();
    return Failure{fmt::format("it is damaged ({})", fmt::join(faults, "; ")),
                   false,
                   false,
                   {"See who changed it, or move it away: a new sandbox begins empty."}};
}

Try<void> Database::initialise() {
    // Readers and a writer are then not in each other's way, and a commit costs one sync.
    // Two processes that make this switch at the same moment refuse each other at once, without waiting.
    constexpr int kTries = 500;
    for (int i = 1;; ++i) {
        auto switched = script("PRAGMA journal_mode = WAL");
        if (switched) break;
        if (i == kTries || !switched.error().busy) return switched;
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    BOOST_OUTCOME_TRYV(begin());
    BOOST_OUTCOME_TRY(done, is_sandbox());
    if (done) {
        roll_back();
        return boost::outcome_v2::success();
    }
    BOOST_OUTCOME_TRYV(script(kSchema));
    BOOST_OUTCOME_TRYV(script(
        fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {}", kApplicationId, kVersion)));
    return commit();
}

Try<sqlite3_stmt*> Database::start(const char* sql, std::initializer_list<std::string_view> parameters) {
    auto known = prepared_.find(sql);
    if (known == prepared_.end()) {
        sqlite3_stmt* statement = nullptr;
        const int code = sqlite3_prepare_v3(handle_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
        if (code != SQLITE_OK) return failure(code);
        known = prepared_.emplace(sql, statement).first;
    }
    int index = 0;
    for (const std::string_view text : parameters) {
        const char* data = text.data() == nullptr ? "" : text.data();
        const int code =
            sqlite3_bind_text64(known->second, ++index, data, text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
        if (code != SQLITE_OK) return failure(code);
    }
    return known->second;
}

Try<bool> Database::step(sqlite3_stmt* statement) {
    const int code = sqlite3_step(statement);
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) {
        sqlite3_reset(statement);
        return false;
    }
    Failure failed = failure(code);
    sqlite3_reset(statement);
    return failed;
}

Try<void> Database::script(const std::string& sql) {
    const int code = sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) return failure(code);
    return boost::outcome_v2::success();
}

Try<std::int64_t> Database::integer(const char* sql) {
    std::int64_t value = 0;
    BOOST_OUTCOME_TRYV(query(sql, {}, [&](const Row& row) { value = row.integer(0); }));
    return value;
}

std::int64_t Database::changed() const {
    return sqlite3_changes64(handle_);
}

void Database::roll_back() {
    if (in_transaction()) static_cast<void>(run("ROLLBACK"));
}

bool Database::in_transaction() const {
    return sqlite3_get_autocommit(handle_) == 0;
}

}  // namespace tlm::sandbox
