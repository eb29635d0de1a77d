#include "state/cancellation_table.h"

namespace tlm::state {

Result<std::vector<std::string>> read_cancelled(Database& database, std::int64_t run) {
    BOOST_OUTCOME_TRY(
        rows, database.query("SELECT workflow FROM cancellations WHERE run = ? ORDER BY workflow", run));
    std::vector<std::string> workflows;
    while (true) {
        BOOST_OUTCOME_TRY(more, rows.next());
        if (!more) return workflows;
        workflows.push_back(rows.text(0));
    }
}

Result<void> put_cancelled(Database& database, std::int64_t run, const std::string& workflow,
                           const std::string& now) {
    BOOST_OUTCOME_TRYV(
        database.run("INSERT OR IGNORE INTO cancellations(run, workflow, requested_at) VALUES (?, ?, ?)", run,
                     workflow, now));
    return success();
}

}  // namespace tlm::state
