#pragma once

#include <optional>
#include <string>

namespace tlm::cmd {

// The parts of a URL as libcurl reads them, so that what is checked is what is connected to later. What is
// not there is empty.
struct Url {
    std::string scheme;    // in small letters
    std::string user;      // decoded
    std::string password;  // decoded
    std::string host;      // an IPv6 address in brackets
    std::string port;
    std::string path;
    std::string query;
    std::string fragment;
};

// Nothing where it is no URL, or none with a host.
[[nodiscard]] std::optional<Url> read_url(const std::string& text);

}  // namespace tlm::cmd
