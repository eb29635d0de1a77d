#include "cmd/servers/servers.h"

#include <openssl/crypto.h>

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
    // As in main(): the module's OpenSSL may be another than the program's.
    OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, nullptr);
    static constexpr Servers kServers{read_url, tlm::check_tls_files, open_agamemnon, listen_to_nats};
    return kServers;
}

}  // namespace tlm::cmd
