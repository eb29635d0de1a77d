// Loaded into tlm with LD_PRELOAD: what the state costs, counted and timed at SQLite's own interface, so that
// it counts whatever tlm's code looks like; and what memory is asked for in huge pages. At the end a JSON
// object is written to the file that TLM_STATE_METER names:
//
//   "seconds"       wall time inside SQLite, on any thread, writing and syncing the file included
//   "cache_seconds" of that, in statements about the cached snapshot
//   "sync_seconds"  of "seconds", waiting for the disk (fdatasync, fsync)
//   "syncs"         how often
//   "statements"    how often each SQL text was run
//   "huge_bytes"    of memory that huge pages were asked for
#include <dlfcn.h>
#include <sqlite3.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>
#include <string>

namespace {

// Not in the Meter: an allocator must not make one.
constinit std::atomic<std::size_t> huge_bytes{0};

using Clock = std::chrono::steady_clock;

struct Meter {
    std::mutex guard;
    Clock::duration all{}, cache{}, sync{};
    long syncs = 0;
    std::map<std::string, long> statements;

    ~Meter() { write(); }

    void write() const {
        const char* path = std::getenv("TLM_STATE_METER");
        std::FILE* file = path == nullptr ? nullptr : std::fopen(path, "w");
        if (file == nullptr) return;
        const auto seconds = [](Clock::duration time) { return std::chrono::duration<double>(time).count(); };
        std::fprintf(file,
                     R"({"seconds":%.6f,"cache_seconds":%.6f,"sync_seconds":%.6f,"syncs":%ld,"statements":{)",
                     seconds(all), seconds(cache), seconds(sync), syncs);
        const char* comma = "";
        for (const auto& [sql, count] : statements) {
            std::fprintf(file, "%s\"", comma);
            for (const char c : sql) {
                if (c == '"' || c == '\\') std::fputc('\\', file);
                std::fputc(static_cast<unsigned char>(c) < ' ' ? ' ' : c, file);
            }
            std::fprintf(file, "\":%ld", count);
            comma = ",";
        }
        std::fprintf(file, "},\"huge_bytes\":%zu}\n", huge_bytes.load());
        std::fclose(file);
    }
};

Meter& meter() {
    static Meter meter;
    return meter;
}

// SQLite's functions call each other; only the outermost call is timed.
thread_local int depth = 0;

class Timed {
  public:
    explicit Timed(sqlite3_stmt* statement = nullptr) : statement_(statement), begun_(Clock::now()) {
        ++depth;
    }
    Timed(const Timed&) = delete;
    Timed& operator=(const Timed&) = delete;
    ~Timed() {
        if (--depth > 0) return;
        const auto took = Clock::now() - begun_;
        const char* sql = statement_ == nullptr ? nullptr : sqlite3_sql(statement_);
        const std::scoped_lock lock(meter().guard);
        meter().all += took;
        if (sql != nullptr && std::strstr(sql, "snapshot") != nullptr) meter().cache += took;
    }

  private:
    sqlite3_stmt* statement_;
    Clock::time_point begun_;
};

template <typename Function>
Function* real(Function* /*same type*/, const char* name) {
    return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

int count_statement(unsigned /*event*/, void* /*context*/, void* /*statement*/, void* text) {
    const auto* sql = static_cast<const char*>(text);
    if (std::strncmp(sql, "--", 2) == 0) return 0;  // a trigger's
    const std::scoped_lock lock(meter().guard);
    ++meter().statements[sql];
    return 0;
}

template <typename Call>
int timed_sync(const Call& call) {
    const auto begun = Clock::now();
    const int result = call();
    const auto took = Clock::now() - begun;
    const std::scoped_lock lock(meter().guard);
    ++meter().syncs;
    meter().sync += took;
    return result;
}

}  // namespace

// NAME(PARAMETERS) as declared in sqlite3.h, timed; STATEMENT is the prepared statement or nullptr.
#define TIMED(type, name, statement, parameters, arguments) \
    type name parameters {                                  \
        static auto* const next = real(&name, #name);       \
        const Timed timed(statement);                       \
        return next arguments;                              \
    }

extern "C" {

int sqlite3_open_v2(const char* path, sqlite3** database, int flags, const char* vfs) {
    static auto* const next = real(&sqlite3_open_v2, "sqlite3_open_v2");
    const Timed timed;
    const int result = next(path, database, flags, vfs);
    if (result == SQLITE_OK) sqlite3_trace_v2(*database, SQLITE_TRACE_STMT, count_statement, nullptr);
    return result;
}

TIMED(int, sqlite3_close, nullptr, (sqlite3 * database), (database))
TIMED(int, sqlite3_close_v2, nullptr, (sqlite3 * database), (database))
TIMED(int, sqlite3_prepare_v2, nullptr,
      (sqlite3 * database, const char* sql, int size, sqlite3_stmt** statement, const char** rest),
      (database, sql, size, statement, rest))
TIMED(int, sqlite3_prepare_v3, nullptr,
      (sqlite3 * database, const char* sql, int size, unsigned flags, sqlite3_stmt** statement,
       const char** rest),
      (database, sql, size, flags, statement, rest))
TIMED(int, sqlite3_exec, nullptr,
      (sqlite3 * database, const char* sql, int (*row)(void*, int, char**, char**), void* context,
       char** error),
      (database, sql, row, context, error))
TIMED(int, sqlite3_step, statement, (sqlite3_stmt * statement), (statement))
TIMED(int, sqlite3_reset, statement, (sqlite3_stmt * statement), (statement))
TIMED(int, sqlite3_finalize, nullptr, (sqlite3_stmt * statement), (statement))
TIMED(int, sqlite3_clear_bindings, statement, (sqlite3_stmt * statement), (statement))
TIMED(int, sqlite3_bind_int64, statement, (sqlite3_stmt * statement, int at, sqlite3_int64 value),
      (statement, at, value))
TIMED(int, sqlite3_bind_text, statement,
      (sqlite3_stmt * statement, int at, const char* text, int size, void (*release)(void*)),
      (statement, at, text, size, release))
TIMED(int, sqlite3_bind_text64, statement,
      (sqlite3_stmt * statement, int at, const char* text, sqlite3_uint64 size, void (*release)(void*),
       unsigned char encoding),
      (statement, at, text, size, release, encoding))
TIMED(int, sqlite3_bind_blob, statement,
      (sqlite3_stmt * statement, int at, const void* data, int size, void (*release)(void*)),
      (statement, at, data, size, release))

int fdatasync(int file) {
    static auto* const next = real(&fdatasync, "fdatasync");
    return timed_sync([&] { return next(file); });
}

int fsync(int file) {
    static auto* const next = real(&fsync, "fsync");
    return timed_sync([&] { return next(file); });
}

// Not by dlsym, which allocates: it is the allocator that calls this.
int madvise(void* begin, size_t size, int advice) {
    if (advice == MADV_HUGEPAGE) huge_bytes += size;
    return static_cast<int>(syscall(SYS_madvise, begin, size, advice));
}

}  // extern "C"
