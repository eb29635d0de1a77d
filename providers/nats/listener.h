#pragma once

#include "providers/nats/link.h"
#include "providers/nats/task_events.h"

namespace tlm::nats {

// Tells of every event that the broker passes on, and whether there is a connection, until nobody wants to
// know any more or it makes no sense to try again.
void listen(const NatsOptions& options, Link& link);

}  // namespace tlm::nats
