#include "cmd/broker_address.h"

#include <fmt/format.h>

#include <algorithm>

#include "cmd/servers/servers.h"
#include "engine/base/text.h"
#include "providers/agamemnon/loopback.h"

namespace tlm::cmd {
namespace {

constexpr const char* kForm =
    "Write it as tls://[USER:PASSWORD@]HOST[:PORT], or unset it: then tasks are polled.";

// libnats writes them between quotation marks as they are.
bool can_be_sent(const std::string& text) {
    return std::ranges::all_of(text, [](char c) {
        return static_cast<unsigned char>(c) >= ' ' && c != '\x7F' && c != '"' && c != '\\';
    });
}

}  // namespace

Result<BrokerAddress> read_broker_address(const std::string& text, const std::string& origin,
                                          bool require_tls) {
    BOOST_OUTCOME_TRY(servers, load_servers());
    const auto url = valid_utf8(text) ? servers->read_url(text) : std::nullopt;
    if (!url || (url->scheme != "nats" && url->scheme != "tls")) {
        return fail(ErrorCode::bad_input, "NATS_URL is not the address of a broker that tlm can use", origin,
                    {kForm});
    }
    if (!url->query.empty() || !url->fragment.empty() || (!url->path.empty() && url->path != "/")) {
        return fail(ErrorCode::bad_input, "NATS_URL must not hold a path, a query or a fragment", origin,
                    {kForm});
    }
    if (url->user.empty() && !url->password.empty()) {
        return fail(ErrorCode::bad_input, "NATS_URL holds a password and no user", origin, {kForm});
    }
    if (!can_be_sent(url->user) || !can_be_sent(url->password)) {
        return fail(ErrorCode::bad_input,
                    "the user or the password in NATS_URL holds a quotation mark, a backslash or a control "
                    "character, which can't be sent to a broker",
                    origin, {"Use others, or unset NATS_URL: then tasks are polled."});
    }
    if (url->scheme == "nats" && require_tls && !is_this_machine(url->host)) {
        return fail(
            ErrorCode::bad_input,
            fmt::format("NATS_URL: nats:// to {} would talk about the fleet in the clear", url->host), origin,
            {"Use tls://, or unset NATS_URL: then tasks are polled. In a network that encrypts by itself, "
             "set REQUIRE_TLS=false."});
    }
    const std::string port = url->port.empty() ? "4222" : url->port;
    return BrokerAddress{fmt::format("{}://{}:{}", url->scheme, url->host, port),
                         url->host,
                         port,
                         url->scheme == "tls",
                         Secret(url->user),
                         Secret(url->password)};
}

}  // namespace tlm::cmd
