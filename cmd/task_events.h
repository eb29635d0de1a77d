#pragma once

#include <memory>

#include "cmd/context.h"
#include "engine/ports/wake_up.h"

namespace tlm::cmd {

// Who tells when to look at the tasks, where NATS_URL names a broker; null where it does not. Connects in the
// background.
[[nodiscard]] std::unique_ptr<WakeUp> listen_for_tasks(const Context& context);

}  // namespace tlm::cmd
