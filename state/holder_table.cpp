#include "state/holder_table.h"

namespace tlm::state {

Result<std::optional<LockHolder>> read_holder(Database& database) {
    BOOST_OUTCOME_TRY(rows,
                      database.query("SELECT user, host, pid, since, doing FROM holders WHERE scope = '*'"));
    BOOST_OUTCOME_TRY(found, rows.next());
    if (!found) return std::optional<LockHolder>();
    return std::optional<LockHolder>(
        LockHolder{rows.text(0), rows.text(1), rows.integer(2), rows.text(3), rows.text(4)});
}

Result<void> put_holder(Database& database, const LockHolder& holder) {
    BOOST_OUTCOME_TRYV(
        database.run("INSERT OR REPLACE INTO holders(scope, user, host, pid, since, doing)"
                     " VALUES ('*', ?, ?, ?, ?, ?)",
                     holder.user, holder.host, holder.pid, holder.since, holder.doing));
    return success();
}

Result<void> erase_holder(Database& database) {
    BOOST_OUTCOME_TRYV(database.run("DELETE FROM holders WHERE scope = '*'"));
    return success();
}

}  // namespace tlm::state
