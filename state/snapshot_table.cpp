#include "state/snapshot_table.h"

#include "state/binding_table.h"

namespace tlm::state {
namespace {

Result<Kind> kind_of(const Database& database, std::int64_t number) {
    if (number < static_cast<std::int64_t>(Kind::agent) || number > static_cast<std::int64_t>(Kind::task)) {
        return database.damaged("a cached resource has an unknown kind");
    }
    return static_cast<Kind>(number);
}

}  // namespace

Result<void> replace_snapshot(Database& database, std::int64_t target, const Snapshot& snapshot,
                              const std::string& now) {
    BOOST_OUTCOME_TRYV(
        database.run("INSERT OR REPLACE INTO snapshots(target, read_at, consistent) VALUES (?, ?, ?)", target,
                     now, std::int64_t{snapshot.consistent}));
    // A fleet that has not moved costs no writing: rows that are the same stay as they are.
    std::int64_t number = 0;
    for (const LiveResource& live : snapshot.resources) {
        BOOST_OUTCOME_TRYV(database.run(
            "INSERT INTO snapshot_resources(target, number, kind, id, name, team, created_at, attributes)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (target, number) DO UPDATE SET kind = "
            "excluded.kind,"
            " id = excluded.id, name = excluded.name, team = excluded.team, created_at = excluded.created_at,"
            " attributes = excluded.attributes WHERE (kind, id, name, team, created_at, attributes) IS NOT"
            " (excluded.kind, excluded.id, excluded.name, excluded.team, excluded.created_at, "
            "excluded.attributes)",
            target, number++, static_cast<std::int64_t>(live.kind), live.id.value, live.name, live.team.value,
            live.created_at, attributes_to_json(live.attributes)));
    }
    BOOST_OUTCOME_TRYV(
        database.run("DELETE FROM snapshot_resources WHERE target = ? AND number >= ?", target, number));
    return success();
}

Result<std::optional<CachedSnapshot>> read_snapshot(Database& database, std::int64_t target,
                                                    const std::string& target_name) {
    BOOST_OUTCOME_TRY(head,
                      database.query("SELECT read_at, consistent FROM snapshots WHERE target = ?", target));
    BOOST_OUTCOME_TRY(found, head.next());
    if (!found) return std::optional<CachedSnapshot>();
    CachedSnapshot cached;
    cached.target = target_name;
    cached.read_at = head.text(0);
    cached.snapshot.consistent = head.integer(1) != 0;
    BOOST_OUTCOME_TRY(rows, database.query("SELECT kind, id, name, team, created_at, attributes"
                                           " FROM snapshot_resources WHERE target = ? ORDER BY number",
                                           target));
    while (true) {
        BOOST_OUTCOME_TRY(more, rows.next());
        if (!more) return std::optional<CachedSnapshot>(std::move(cached));
        BOOST_OUTCOME_TRY(kind, kind_of(database, rows.integer(0)));
        BOOST_OUTCOME_TRY(attributes, attributes_of(database, rows.view(5)));
        cached.snapshot.resources.push_back(
            {kind, {rows.text(1)}, rows.text(2), {rows.text(3)}, rows.text(4), std::move(attributes)});
    }
}

}  // namespace tlm::state
