#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "engine/base/result.h"
#include "state/storage/schema.h"

struct sqlite3;
struct sqlite3_stmt;

namespace tlm::state {

class Database;

// A prepared statement on loan from a Database, which keeps it for the next time. Going out of scope resets
// it. One statement must not be lent twice at a time, and must not outlive the Database.
class Statement {
  public:
    Statement(Statement&& other) noexcept
        : database_(other.database_),
          handle_(std::exchange(other.handle_, nullptr)),
          bound_(other.bound_),
          failed_(other.failed_) {}
    Statement& operator=(Statement&&) = delete;
    ~Statement();

    // Values for the statement's parameters, from left to right. A failure shows at next().
    void bind(std::string_view text);
    void bind(std::int64_t number);
    // The same, of a text that lives as long as the statement is lent, and so is not copied.
    void bind_lasting(std::string_view text);
    void bind_lasting(std::int64_t number) { bind(number); }

    // Runs it up to its next row. False: there is none, it has ended.
    [[nodiscard]] Result<bool> next();
    [[nodiscard]] std::string_view view(int column) const;  // valid until next()
    [[nodiscard]] std::string text(int column) const { return std::string(view(column)); }
    [[nodiscard]] std::int64_t integer(int column) const;
    [[nodiscard]] bool is_null(int column) const;

  private:
    friend class Database;
    Statement(Database& database, sqlite3_stmt* handle) : database_(&database), handle_(handle) {}

    Database* database_;
    sqlite3_stmt* handle_;
    int bound_ = 0;
    int failed_ = 0;  // the first failure of bind(), an SQLite code
};

// A connection to one SQLite file. Errors have the code `state`, name the file and say what to do.
// Not thread-safe.
class Database {
  public:
    // Opens an existing file, for writing too where its permissions allow. No link is followed, so that the
    // links of its directories must have been resolved. Where not even SQLite's side files can be made (a
    // read-only directory), it is read as it stands.
    [[nodiscard]] static Result<std::unique_ptr<Database>> open(const std::string& path);
    // The same, and an error where it can't be written to at all.
    [[nodiscard]] static Result<std::unique_ptr<Database>> open_to_write(const std::string& path);
    // One that is gone with its connection.
    [[nodiscard]] static Result<std::unique_ptr<Database>> in_memory();
    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    // `sql` must be a string literal: it is also the name under which the prepared statement is kept.
    [[nodiscard]] Result<Statement> prepare(const char* sql);
    template <typename... Values>
    [[nodiscard]] Result<Statement> query(const char* sql, const Values&... values) {
        BOOST_OUTCOME_TRY(statement, prepare(sql));
        (statement.bind(values), ...);
        return Result<Statement>(std::move(statement));
    }
    // Runs a statement that gives no rows and returns the number of rows that it changed.
    template <typename... Values>
    [[nodiscard]] Result<std::int64_t> run(const char* sql, const Values&... values) {
        BOOST_OUTCOME_TRY(statement, prepare(sql));
        (statement.bind_lasting(values), ...);
        BOOST_OUTCOME_TRYV(statement.next());
        return changes();
    }
    // The integer that a statement with one row gives, 0 where it is NULL.
    [[nodiscard]] Result<std::int64_t> integer(const char* sql);
    // Several statements without parameters or rows; the text need not be a literal.
    [[nodiscard]] Result<void> script(const std::string& sql);

    // Copies everything to a file that exists already, by SQLite's online backup.
    [[nodiscard]] Result<void> copy_to(const std::string& path);

    [[nodiscard]] Result<storage::Schema> schema();

    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] std::int64_t last_row() const;
    [[nodiscard]] bool in_transaction() const;
    // Whether the last failure was another connection's lock.
    [[nodiscard]] bool busy() const;
    // Whether the file that is open is no longer the one that stands at its path.
    [[nodiscard]] bool moved() const;
    // The error for content that SQLite can read and tlm can't.
    [[nodiscard]] Error damaged(std::string_view what) const;

  private:
    friend class Statement;
    Database(std::string path, sqlite3* handle) : path_(std::move(path)), handle_(handle) {}
    [[nodiscard]] static Result<std::unique_ptr<Database>> connect(const std::string& path, bool immutable);
    [[nodiscard]] Error failure(int code) const;
    [[nodiscard]] std::int64_t changes() const;

    std::string path_;
    sqlite3* handle_;
    std::unordered_map<const char*, sqlite3_stmt*> prepared_;
};

// A write transaction, rolled back unless it is committed.
class Transaction {
  public:
    // Takes the file's write lock, waiting a few seconds for another writer.
    [[nodiscard]] static Result<Transaction> begin(Database& database);
    Transaction(Transaction&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}
    Transaction& operator=(Transaction&&) = delete;
    ~Transaction();
    // Returns after the changes are durable on disk.
    [[nodiscard]] Result<void> commit();

  private:
    explicit Transaction(Database& database) : database_(&database) {}
    Database* database_;  // null once it is committed
};

}  // namespace tlm::state
