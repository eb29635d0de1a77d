#include "cmd/task_events.h"

#include "cmd/interrupt.h"
#include "cmd/servers/servers.h"

namespace tlm::cmd {

std::unique_ptr<WakeUp> listen_for_tasks(const Context& context) {
    const auto& broker = context.settings.broker;
    if (!broker) return nullptr;
    // Its address was read by what is loaded here, so that this does not fail.
    const auto servers = load_servers();
    if (!servers) return nullptr;
    NatsOptions options;
    options.shown = broker->text;
    options.host = broker->host;
    options.port = broker->port;
    options.tls = broker->tls;
    options.user = broker->user;
    options.password = broker->password;
    options.ca_cert = context.settings.tls.ca_cert;
    options.stop_requested = stop_requested;
    return servers.value()->listen(std::move(options));
}

}  // namespace tlm::cmd
