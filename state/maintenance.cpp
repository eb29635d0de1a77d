#include "state/maintenance.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>

#include "engine/resource/address.h"
#include "state/database.h"
#include "state/opening.h"

namespace tlm {
namespace {

using state::Database;

constexpr std::size_t kMostFaults = 100;

Result<std::unique_ptr<Database>> open_state(const OwnFile& own) {
    BOOST_OUTCOME_TRY(found, state::open_to_read(own));
    if (found.database != nullptr) return std::move(found.database);
    std::error_code error;
    if (!std::filesystem::exists(found.path, error)) {
        return fail(ErrorCode::not_found, "there is no state yet", own.path,
                    {"`tlm apply` makes one; --state or TLM_STATE names another."});
    }
    return fail(ErrorCode::not_found, "the state is an empty file", own.path, {"`tlm apply` fills it."});
}

class Checker {
  public:
    explicit Checker(Database& database) : database_(database) {}

    Result<StateCheck> run() {
        BOOST_OUTCOME_TRYV(integrity());
        // What SQLite can't read right is not worth reading.
        if (!check_.faults.empty()) return std::move(check_);
        BOOST_OUTCOME_TRYV(references());
        BOOST_OUTCOME_TRYV(contents("binding", "SELECT address, applied FROM bindings", check_.bindings));
        BOOST_OUTCOME_TRYV(
            contents("journal entry", "SELECT address, attributes FROM journal", check_.calls));
        // An older state, which is not migrated for being looked at, has no such table.
        BOOST_OUTCOME_TRY(has_ends, database_.integer("SELECT count(*) FROM sqlite_master"
                                                      " WHERE name = 'ended_tasks'"));
        if (std::int64_t ends = 0; has_ends > 0) {
            BOOST_OUTCOME_TRYV(contents("task's end", "SELECT address, '{}' FROM ended_tasks", ends));
        }
        BOOST_OUTCOME_TRY(open, database_.integer("SELECT count(*) FROM journal WHERE result IS NULL"));
        BOOST_OUTCOME_TRY(meta, database_.query("SELECT lineage, serial FROM meta"));
        BOOST_OUTCOME_TRY(found, meta.next());
        if (!found) {
            fault("it has no lineage");
        } else {
            check_.lineage = meta.text(0);
            check_.serial = meta.integer(1);
        }
        check_.open = open;
        return std::move(check_);
    }

  private:
    void fault(std::string text) {
        if (check_.faults.size() < kMostFaults) check_.faults.push_back(std::move(text));
    }

    Result<void> integrity() {
        BOOST_OUTCOME_TRY(rows, database_.query("PRAGMA integrity_check"));
        while (true) {
            BOOST_OUTCOME_TRY(more, rows.next());
            if (!more) return success();
            if (rows.view(0) != "ok") fault(rows.text(0));
        }
    }

    Result<void> references() {
        BOOST_OUTCOME_TRY(rows, database_.query("PRAGMA foreign_key_check"));
        while (true) {
            BOOST_OUTCOME_TRY(more, rows.next());
            if (!more) return success();
            fault(fmt::format("a row of `{}` refers to one of `{}` that does not exist", rows.view(0),
                              rows.view(2)));
        }
    }

    Result<void> contents(std::string_view what, const char* sql, std::int64_t& count) {
        BOOST_OUTCOME_TRY(rows, database_.query(sql));
        while (true) {
            BOOST_OUTCOME_TRY(more, rows.next());
            if (!more) return success();
            ++count;
            if (!Address::parse(rows.view(0)))
                fault(fmt::format("a {} has the address `{}`, which is none", what, rows.view(0)));
            if (!attributes_from_json(rows.view(1)))
                fault(fmt::format("the {} of {} has attributes that can't be read", what, rows.view(0)));
        }
    }

    Database& database_;
    StateCheck check_;
};

// Fails where the new name exists by now. Not every file system can refuse that.
bool rename_to_new(const std::string& from, const std::string& to) {
    if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return true;
    return errno == EINVAL && std::rename(from.c_str(), to.c_str()) == 0;
}

}  // namespace

Result<StateCheck> check_state(const OwnFile& path) {
    BOOST_OUTCOME_TRY(database, open_state(path));
    return Checker(*database).run();
}

Result<void> back_up_state(const OwnFile& path, const std::string& copy) {
    BOOST_OUTCOME_TRY(database, open_state(path));
    std::error_code error;
    if (std::filesystem::symlink_status(copy, error).type() != std::filesystem::file_type::not_found) {
        return fail(ErrorCode::bad_input, "the file of the backup exists already", copy,
                    {"Choose another name, or move the old backup away."});
    }
    const std::string temporary = fmt::format("{}.{}.tmp", copy, ::getpid());
    // One that is there was left by a process of this number that was killed, or is a link that somebody put
    // there; it is never written to.
    if (::unlink(temporary.c_str()) != 0 && errno != ENOENT) {
        return fail(ErrorCode::bad_input, "can't write the backup: " + std::generic_category().message(errno),
                    temporary, {"Choose another place, or remove what is there."});
    }
    if (auto created = storage::create_private_file(temporary); !created) {
        return fail(ErrorCode::bad_input, created.error().message, copy,
                    {"Choose another place, or make its directory first."});
    }
    // SQLite follows no link, wherever it is in the path.
    BOOST_OUTCOME_TRY(resolved, storage::locate(temporary));
    auto copied = database->copy_to(resolved);
    if (copied && !rename_to_new(temporary, copy)) {
        copied =
            fail(ErrorCode::state, "can't write the backup: " + std::generic_category().message(errno), copy);
    }
    if (copied) {
        storage::sync_directory_of(copy);
    } else {
        ::unlink(temporary.c_str());
    }
    return copied;
}

}  // namespace tlm
