#pragma once

#include <string>

namespace tlm {

// Whether a URL's host is this machine: what is sent there stays here, so that it needs no TLS, and no proxy
// may get it.
[[nodiscard]] inline bool is_this_machine(const std::string& host) {
    return host == "localhost" || host == "[::1]" ||
           (host.starts_with("127.") && host.find_first_not_of("0123456789.") == std::string::npos);
}

}  // namespace tlm
