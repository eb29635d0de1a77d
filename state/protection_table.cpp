#include "state/protection_table.h"

namespace tlm::state {

Result<std::vector<Protection>> read_protections(Database& database, std::int64_t target) {
    BOOST_OUTCOME_TRY(rows, database.query("SELECT workflow, pattern FROM protections WHERE target = ?"
                                           " ORDER BY workflow, pattern",
                                           target));
    std::vector<Protection> protections;
    while (true) {
        BOOST_OUTCOME_TRY(more, rows.next());
        if (!more) return protections;
        protections.push_back({rows.text(0), rows.text(1)});
    }
}

Result<bool> put_protection(Database& database, std::int64_t target, const Protection& protection) {
    BOOST_OUTCOME_TRY(
        changed, database.run("INSERT OR IGNORE INTO protections(target, workflow, pattern) VALUES (?, ?, ?)",
                              target, protection.workflow, protection.pattern));
    return changed > 0;
}

Result<bool> erase_protection(Database& database, std::int64_t target, const Protection& protection) {
    BOOST_OUTCOME_TRY(
        changed, database.run("DELETE FROM protections WHERE target = ? AND workflow = ? AND pattern = ?",
                              target, protection.workflow, protection.pattern));
    return changed > 0;
}

}  // namespace tlm::state
