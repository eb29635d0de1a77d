#pragma once

#include <string>

namespace tlm::test {

struct HttpAnswer {
    long status = 0;
    std::string body;
};

// One request, on a connection of its own; `key` is sent as bearer where it is not empty. Throws
// std::runtime_error where there is no answer.
[[nodiscard]] HttpAnswer http(const std::string& method, const std::string& url, const std::string& body = {},
                              const std::string& key = {});

}  // namespace tlm::test
