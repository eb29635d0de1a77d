#include "cmd/target_address.h"

#include <fmt/format.h>

#include "cmd/servers/servers.h"
#include "engine/base/text.h"
#include "providers/agamemnon/loopback.h"

namespace tlm::cmd {
namespace {

constexpr std::string_view kSandbox = "sandbox:";

}  // namespace

Result<TargetAddress> default_target() {
    return TargetAddress{"sandbox:.tlm/sandbox.db", ".tlm/sandbox.db"};
}

Result<TargetAddress> read_target_address(const std::string& text, const std::string& origin,
                                          bool require_tls) {
    if (!valid_utf8(text)) {
        return fail(ErrorCode::bad_input, "the target is not UTF-8, and plans hold it", origin);
    }
    if (text.starts_with(kSandbox)) {
        if (text.size() > kSandbox.size()) return TargetAddress{text, text.substr(kSandbox.size())};
        return fail(ErrorCode::bad_input, "a sandbox needs a file", origin, {"Write it as sandbox:PATH."});
    }
    BOOST_OUTCOME_TRY(servers, load_servers());
    auto url = servers->read_url(text);
    if (!url || (url->scheme != "http" && url->scheme != "https")) {
        return fail(ErrorCode::bad_input, "the target is not an address that tlm can use", origin,
                    {"Write it as https://HOST[:PORT], or sandbox:PATH."});
    }
    if (!url->user.empty() || !url->password.empty() || !url->query.empty() || !url->fragment.empty()) {
        return fail(ErrorCode::bad_input,
                    "the target must not hold a user, a password, a query or a fragment", origin,
                    {"The key belongs into AGAMEMNON_API_KEY."});
    }
    if (url->scheme == "http" && require_tls && !is_this_machine(url->host)) {
        return fail(ErrorCode::bad_input,
                    fmt::format("http:// to {} would send the key and the fleet in the clear", url->host),
                    origin, {"Use https://. In a network that encrypts by itself, set REQUIRE_TLS=false."});
    }
    const std::string port = url->port.empty() ? "" : ":" + url->port;
    while (url->path.ends_with("/"))
        url->path.pop_back();
    return TargetAddress{fmt::format("{}://{}{}{}", url->scheme, url->host, port, url->path), {}};
}

}  // namespace tlm::cmd
