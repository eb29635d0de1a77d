#include "state/database.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "state/storage/sqlite_safety.h"

namespace tlm::state {
namespace {

constexpr int kBusyMilliseconds = 5000;

const char* const kRebuild =
    "Move the file away and run `tlm plan`: a new state is begun and finds what exists by its keys again.";

int primary(int code) {
    return code & 0xFF;
}

std::vector<std::string> hints_for(int code) {
    switch (primary(code)) {
        case SQLITE_NOTADB:
        case SQLITE_CORRUPT:
            return {kRebuild};
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            return {"Another process is writing to it; run the command again."};
        case SQLITE_FULL:
            return {"Free space on the disk and run the command again."};
        case SQLITE_IOERR:
            return {
                "See that the disk works and lets the file grow (space, quota, `ulimit -f`), then run the "
                "command again: what was made is in the journal, or found by its key."};
        case SQLITE_CANTOPEN:
        case SQLITE_PERM:
        case SQLITE_READONLY:
            return {
                "Check the permissions of the file and of its directory, or choose another place with "
                "`--state` or "
                "TLM_STATE."};
        default:
            return {};
    }
}

Error describe(sqlite3* handle, int code, const std::string& path) {
    // Of a commit that failed SQLite keeps no errno; then it is the last one of the call.
    const int last = errno;
    const int kept = handle == nullptr ? 0 : sqlite3_system_errno(handle);
    const int system = kept != 0 ? kept : last;
    std::string cause =
        primary(code) == SQLITE_NOTADB ? "it is damaged, or not a state file" : sqlite3_errstr(code);
    if (handle != nullptr && primary(sqlite3_errcode(handle)) == primary(code)) {
        // SQLite's own words are better where they are about this very failure.
        if (primary(code) == SQLITE_ERROR || primary(code) == SQLITE_CONSTRAINT)
            cause = sqlite3_errmsg(handle);
    }
    const bool system_matters = primary(code) == SQLITE_CANTOPEN || primary(code) == SQLITE_IOERR;
    if (system != 0 && system_matters) cause += fmt::format(" ({})", std::generic_category().message(system));
    return fail(ErrorCode::state, "can't use the state: " + cause, path, hints_for(code));
}

// As the file part of an SQLite URI.
std::string percent_encoded(const std::string& path) {
    std::string out;
    for (const char c : path) {
        if (c == '%' || c == '?' || c == '#') {
            out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
        } else {
            out += c;
        }
    }
    return out;
}

// SQLite counts the memory it has asked for, under a lock at every allocation, which is a tenth of what a
// row costs. Nobody reads the count. Too late where SQLite is in use already, and then it goes on counting.
void count_no_memory() {
    static const int configured = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    static_cast<void>(configured);
}

bool has_content(const std::string& path) {
    std::error_code error;
    const auto size = std::filesystem::file_size(path, error);
    return !error && size > 0;
}

}  // namespace

Statement::~Statement() {
    if (handle_ == nullptr) return;
    sqlite3_reset(handle_);
    sqlite3_clear_bindings(handle_);
}

void Statement::bind(std::string_view text) {
    // A null pointer would bind NULL.
    const char* data = text.data() == nullptr ? "" : text.data();
    const int code = sqlite3_bind_text64(handle_, ++bound_, data, text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
    if (failed_ == SQLITE_OK) failed_ = code;
}

void Statement::bind_lasting(std::string_view text) {
    const char* data = text.data() == nullptr ? "" : text.data();
    const int code = sqlite3_bind_text64(handle_, ++bound_, data, text.size(), SQLITE_STATIC, SQLITE_UTF8);
    if (failed_ == SQLITE_OK) failed_ = code;
}

void Statement::bind(std::int64_t number) {
    const int code = sqlite3_bind_int64(handle_, ++bound_, number);
    if (failed_ == SQLITE_OK) failed_ = code;
}

Result<bool> Statement::next() {
    if (failed_ != SQLITE_OK) return database_->failure(failed_);
    errno = 0;
    const int code = sqlite3_step(handle_);
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) return false;
    return database_->failure(code);
}

std::string_view Statement::view(int column) const {
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(handle_, column));
    if (text == nullptr) return {};
    return {text, static_cast<std::size_t>(sqlite3_column_bytes(handle_, column))};
}

std::int64_t Statement::integer(int column) const {
    return sqlite3_column_int64(handle_, column);
}

bool Statement::is_null(int column) const {
    return sqlite3_column_type(handle_, column) == SQLITE_NULL;
}

Result<std::unique_ptr<Database>> Database::connect(const std::string& path, bool immutable) {
    count_no_memory();
    sqlite3* handle = nullptr;
    const std::string name = "file:" + percent_encoded(path) + (immutable ? "?immutable=1" : "");
    const int access = immutable ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
    const int flags =
        access | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_NOFOLLOW;
    const int code = sqlite3_open_v2(name.c_str(), &handle, flags, nullptr);
    std::unique_ptr<Database> database(new Database(path, handle));
    if (code != SQLITE_OK) return describe(handle, code, path);
    if (const int hardened = storage::harden(handle); hardened != SQLITE_OK)
        return describe(handle, hardened, path);
    sqlite3_busy_timeout(handle, kBusyMilliseconds);
    // The first access: whether this is a database, and whether its side files can be opened.
    BOOST_OUTCOME_TRYV(database->integer("PRAGMA schema_version"));
    return database;
}

Result<std::unique_ptr<Database>> Database::open_to_write(const std::string& path) {
    return connect(path, false);
}

Result<std::unique_ptr<Database>> Database::open(const std::string& path) {
    auto database = connect(path, false);
    if (database) return database;
    // With an unfinished log beside it, the file alone would be an old state.
    if (has_content(path + "-wal")) return database;
    auto as_it_stands = connect(path, true);
    return as_it_stands ? std::move(as_it_stands) : std::move(database);
}

Result<std::unique_ptr<Database>> Database::in_memory() {
    sqlite3* handle = nullptr;
    const int code = sqlite3_open_v2(
        ":memory:", &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
    std::unique_ptr<Database> database(new Database(":memory:", handle));
    if (code != SQLITE_OK) return describe(handle, code, ":memory:");
    return database;
}

Database::~Database() {
    for (const auto& [sql, statement] : prepared_)
        sqlite3_finalize(statement);
    sqlite3_close(handle_);
}

Result<Statement> Database::prepare(const char* sql) {
    const auto known = prepared_.find(sql);
    if (known != prepared_.end()) return Statement(*this, known->second);
    sqlite3_stmt* statement = nullptr;
    const int code = sqlite3_prepare_v3(handle_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
    if (code != SQLITE_OK) return failure(code);
    prepared_.emplace(sql, statement);
    return Statement(*this, statement);
}

Result<std::int64_t> Database::integer(const char* sql) {
    BOOST_OUTCOME_TRY(statement, prepare(sql));
    BOOST_OUTCOME_TRYV(statement.next());
    return statement.integer(0);
}

Result<void> Database::script(const std::string& sql) {
    errno = 0;
    const int code = sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) return failure(code);
    return success();
}

Result<void> Database::copy_to(const std::string& path) {
    BOOST_OUTCOME_TRY(copy, connect(path, false));
    sqlite3_backup* backup = sqlite3_backup_init(copy->handle_, "main", handle_, "main");
    if (backup == nullptr) return copy->failure(sqlite3_extended_errcode(copy->handle_));
    // All pages in one step are one moment of the state, whoever writes to it meanwhile.
    int code = sqlite3_backup_step(backup, -1);
    const int finished = sqlite3_backup_finish(backup);
    if (code == SQLITE_DONE) code = finished;
    if (code != SQLITE_OK) return copy->failure(code);
    // A file of its own, without a log beside it.
    return copy->script("PRAGMA journal_mode = DELETE");
}

Result<storage::Schema> Database::schema() {
    storage::Schema schema;
    if (const int code = storage::read_schema(handle_, schema); code != SQLITE_OK) return failure(code);
    return schema;
}

Error Database::failure(int code) const {
    return describe(handle_, code, path_);
}

Error Database::damaged(std::string_view what) const {
    return fail(ErrorCode::state, fmt::format("can't use the state: it is damaged ({})", what), path_,
                {kRebuild});
}

std::int64_t Database::changes() const {
    return sqlite3_changes64(handle_);
}

std::int64_t Database::last_row() const {
    return sqlite3_last_insert_rowid(handle_);
}

bool Database::in_transaction() const {
    return sqlite3_get_autocommit(handle_) == 0;
}

bool Database::busy() const {
    return primary(sqlite3_errcode(handle_)) == SQLITE_BUSY;
}

bool Database::moved() const {
    int moved = 0;
    const int code = sqlite3_file_control(handle_, "main", SQLITE_FCNTL_HAS_MOVED, &moved);
    return code == SQLITE_OK && moved != 0;
}

Result<Transaction> Transaction::begin(Database& database) {
    BOOST_OUTCOME_TRYV(database.run("BEGIN IMMEDIATE"));
    return Transaction(database);
}

Transaction::~Transaction() {
    // Some failures have rolled back already.
    if (database_ != nullptr && database_->in_transaction()) static_cast<void>(database_->run("ROLLBACK"));
}

Result<void> Transaction::commit() {
    BOOST_OUTCOME_TRYV(database_->run("COMMIT"));
    database_ = nullptr;
    return success();
}

}  // namespace tlm::state
