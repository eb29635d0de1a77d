#include "cmd/servers/servers.h"

namespace tlm::cmd {
namespace {

Result<Target> open_agamemnon(AgamemnonOptions options) {
    BOOST_OUTCOME_TRY(agamemnon, Agamemnon::open(std::move(options)));
    return Target(std::move(agamemnon));
}

std::unique_ptr<WakeUp> listen_to_nats(NatsOptions options) {
    return std::make_unique<NatsTaskEvents>(std::move(options));
}

}  // namespace

const Servers& linked_servers() {
    static constexpr Servers kServers{read_url, tlm::check_tls_files, open_agamemnon, listen_to_nats};
    return kServers;
}

}  // namespace tlm::cmd
