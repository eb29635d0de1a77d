#pragma once

#include "tests/simulator/faults.h"
#include "tests/simulator/message.h"
#include "tests/simulator/store.h"
#include "tests/simulator/traffic.h"

namespace tlm::simulator {

// What the tests do behind the server's back, under /admin, without a key, a limit or a trace in the
// counters:
//   GET    /admin/stats            counters and totals       POST /admin/stats/reset  zero the counters and
//   log GET    /admin/requests         log of /v1 POST   /admin/faults           add one (see faults.h) GET,
//   DELETE /admin/faults POST   /admin/tasks/complete   {"id"|"subject"|"all", "status": "completed" by
//   default} POST   /admin/agents, /admin/teams, /admin/tasks         {"items":[...]}, kept as they are POST
//   /admin/forget           restart without memory
struct Admin {
    Store& store;
    Faults& faults;
    Traffic& traffic;

    [[nodiscard]] Reply handle(const Request& request) const;
};

}  // namespace tlm::simulator
