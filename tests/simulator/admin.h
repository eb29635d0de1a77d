#pragma once

#include <functional>

#include "tests/simulator/faults.h"
#include "tests/simulator/message.h"
#include "tests/simulator/progress.h"
#include "tests/simulator/store.h"
#include "tests/simulator/traffic.h"

namespace tlm::simulator {

// What the tests do behind the server's back, under /admin, without a key, a limit or a trace in the
// counters:
//
// | GET /admin/stats                   | counters and totals                                      |
// | POST /admin/stats/reset            | zeroes the counters and the log of requests              |
// | GET /admin/requests                | log of /v1                                               |
// | POST /admin/faults                 | adds one (see faults.h)                                  |
// | GET, DELETE /admin/faults          | those that wait; none any more                           |
// | POST /admin/tasks/complete         | {"id"|"subject"|"all", "status": "completed" by default} |
// | GET /admin/tasks/log               | in which order tasks were created, started, finished     |
// | POST /admin/agents, /teams, /tasks | {"items":[...]}, kept as they are                        |
// | POST, DELETE /admin/workers        | sets their scripts (see worker_script.h); they stop      |
// | POST /admin/workers/skip           | {"ms":N}: so much time passes for them, at once          |
// | GET /admin/events                  | whether the broker is there, and what was published      |
// | POST /admin/events                 | {"broker":URL,"ca":FILE}, {"faults":[...]} (events.h)    |
// | POST /admin/forget                 | all is forgotten; no connection sees a restart           |
// | POST /admin/restart                | drops every connection; {"memory":false}: forgets all    |
struct Admin {
    Store& store;
    Faults& faults;
    Traffic& traffic;
    Progress& progress;
    std::function<void(bool memory)> restart;  // drops all connections but the one that asks

    [[nodiscard]] Reply handle(const Request& request) const;
};

}  // namespace tlm::simulator
