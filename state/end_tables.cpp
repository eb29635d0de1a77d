#include "state/end_tables.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "state/binding_table.h"

namespace tlm::state {
namespace {

constexpr std::array<std::string_view, 3> kEnds = {"completed", "failed", "skipped"};

Result<TaskEnd> end_named(const Database& database, std::string_view name) {
    const auto at = std::ranges::find(kEnds, name);
    if (at == kEnds.end()) return database.damaged(fmt::format("`{}` is no end of a task", name));
    return static_cast<TaskEnd>(at - kEnds.begin());
}

Result<void> forget_ends(Database& database, std::int64_t target, const Address& address) {
    if (address.kind == Kind::task) {
        BOOST_OUTCOME_TRYV(
            database.run("DELETE FROM ended_tasks WHERE target = ? AND workflow = ? AND address = ?", target,
                         address.workflow, address.text()));
        return success();
    }
    const std::string tasks = Address::task(address.workflow, address.name, {}).text();
    BOOST_OUTCOME_TRYV(
        database.run("DELETE FROM ended_tasks WHERE target = ? AND workflow = ?"
                     " AND substr(address, 1, length(?)) = ?",
                     target, address.workflow, tasks, tasks));
    return success();
}

}  // namespace

Result<std::vector<EndedTask>> read_ended_tasks(Database& database, std::int64_t target) {
    // Where the address is bound to another task by now, it was submitted once more.
    BOOST_OUTCOME_TRY(rows, database.query("SELECT e.address, e.id, e.end FROM ended_tasks AS e"
                                           " LEFT JOIN bindings AS b USING (target, address)"
                                           " WHERE e.target = ? AND (b.id IS NULL OR b.id = e.id)",
                                           target));
    std::vector<EndedTask> ended;
    while (true) {
        BOOST_OUTCOME_TRY(more, rows.next());
        if (!more) break;
        BOOST_OUTCOME_TRY(address, address_of(database, rows.view(0)));
        BOOST_OUTCOME_TRY(end, end_named(database, rows.view(2)));
        ended.push_back({std::move(address), ResourceId(rows.view(1)), end});
    }
    std::ranges::sort(ended, {}, &EndedTask::address);
    return ended;
}

Result<std::vector<TornDown>> read_torn_down(Database& database, std::int64_t target) {
    BOOST_OUTCOME_TRY(rows, database.query("SELECT workflow, completed FROM torn_down WHERE target = ?"
                                           " ORDER BY workflow",
                                           target));
    std::vector<TornDown> torn_down;
    while (true) {
        BOOST_OUTCOME_TRY(more, rows.next());
        if (!more) return torn_down;
        torn_down.push_back({rows.text(0), rows.integer(1) != 0});
    }
}

Result<void> write_ends(Database& database, std::int64_t target, const JournalBatch& batch,
                        const std::string& now) {
    for (const std::string& workflow : batch.forget) {
        BOOST_OUTCOME_TRYV(
            database.run("DELETE FROM ended_tasks WHERE target = ? AND workflow = ?", target, workflow));
    }
    for (const auto* workflows : {&batch.forget, &batch.revive}) {
        for (const std::string& workflow : *workflows) {
            BOOST_OUTCOME_TRYV(
                database.run("DELETE FROM torn_down WHERE target = ? AND workflow = ?", target, workflow));
        }
    }
    for (const Address& address : batch.forget_ends) {
        BOOST_OUTCOME_TRYV(forget_ends(database, target, address));
    }
    for (const EndedTask& task : batch.ended) {
        BOOST_OUTCOME_TRYV(database.run(
            "INSERT OR REPLACE INTO ended_tasks(target, workflow, address, id, end) VALUES (?, ?, ?, ?, ?)",
            target, task.address.workflow, task.address.text(), task.id.text(),
            kEnds.at(static_cast<std::size_t>(task.end))));
    }
    for (const TornDown& workflow : batch.torn_down) {
        BOOST_OUTCOME_TRYV(database.run(
            "INSERT OR REPLACE INTO torn_down(target, workflow, completed, begun_at) VALUES (?, ?, ?, ?)",
            target, workflow.workflow, static_cast<std::int64_t>(workflow.completed), now));
    }
    return success();
}

}  // namespace tlm::state
