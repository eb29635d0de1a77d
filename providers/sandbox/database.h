#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace tlm::sandbox {

// A failure of the file. Whoever writes must tell a writer in the way from everything else.
struct Failure {
    std::string cause;
    bool busy = false;  // another process holds the write lock
    bool read_only = false;
    std::vector<std::string> hints = {};
};
template <typename T>
using Try = boost::outcome_v2::result<T, Failure, boost::outcome_v2::policy::terminate>;

// The current row of a running statement.
class Row {
  public:
    explicit Row(sqlite3_stmt* statement) : statement_(statement) {}
    [[nodiscard]] std::string text(int column) const;
    [[nodiscard]] std::int64_t integer(int column) const;

  private:
    sqlite3_stmt* statement_;
};

// A connection to the sandbox's file, with what the sandbox needs of SQLite and no more. Not thread-safe.
class Database {
  public:
    // Opens an existing file without following a link anywhere in the path; it is used as a sandbox only
    // after is_sandbox() or initialise().
    [[nodiscard]] static Try<std::unique_ptr<Database>> open(const std::string& path);
    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    // False: the file is new and empty. Refuses another program's database, a newer version, and tables,
    // views or triggers that are not ours.
    [[nodiscard]] Try<bool> is_sandbox();
    // Makes an empty file a sandbox, unless another process was faster.
    [[nodiscard]] Try<void> initialise();

    // Runs the statement with the texts as its parameters and hands each row to `each`, which returns
    // nothing. `sql` must be a string literal: it is also the name under which the prepared statement is
    // kept.
    template <typename Each>
    [[nodiscard]] Try<void> query(const char* sql, std::initializer_list<std::string_view> parameters,
                                  Each each) {
        BOOST_OUTCOME_TRY(statement, start(sql, parameters));
        while (true) {
            BOOST_OUTCOME_TRY(more, step(statement));
            if (!more) return boost::outcome_v2::success();
            each(Row(statement));
        }
    }
    [[nodiscard]] Try<void> run(const char* sql, std::initializer_list<std::string_view> parameters = {}) {
        return query(sql, parameters, [](const Row&) {});
    }
    // Rows that the last statement changed.
    [[nodiscard]] std::int64_t changed() const;

    [[nodiscard]] Try<void> begin() { return run("BEGIN IMMEDIATE"); }
    [[nodiscard]] Try<void> commit() { return run("COMMIT"); }
    void roll_back();
    [[nodiscard]] bool in_transaction() const;

  private:
    explicit Database(sqlite3* handle) : handle_(handle) {}
    [[nodiscard]] static Try<std::unique_ptr<Database>> connect(const std::string& path, bool immutable);
    [[nodiscard]] Try<sqlite3_stmt*> start(const char* sql,
                                           std::initializer_list<std::string_view> parameters);
    [[nodiscard]] Try<bool> step(sqlite3_stmt* statement);
    [[nodiscard]] Try<void> check_schema();
    [[nodiscard]] Try<void> script(const std::string& sql);
    [[nodiscard]] Try<std::int64_t> integer(const char* sql);
    [[nodiscard]] Failure failure(int code) const;

    sqlite3* handle_;
    std::map<const char*, sqlite3_stmt*> prepared_;
};

}  // namespace tlm::sandbox
