#pragma once

#include <string>

#include "engine/base/result.h"
#include "engine/base/secret.h"

namespace tlm::cmd {

// Where a broker is that passes the target's events on.
struct BrokerAddress {
    std::string text;  // for people: without user and password
    std::string host;
    std::string port;
    bool tls = false;
    Secret user;  // a token, where there is no password
    Secret password;
};

// `tls://[USER:PASSWORD@]HOST[:PORT]`, or `nats://…` to this machine (to others only where `require_tls` is
// false). `origin` says where the text came from. Errors: bad_input, which holds neither user nor password.
[[nodiscard]] Result<BrokerAddress> read_broker_address(const std::string& text, const std::string& origin,
                                                        bool require_tls);

}  // namespace tlm::cmd
