#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tests/simulator/message.h"
#include "tests/simulator/store.h"

namespace tlm::simulator {

// One asked-for thing: the request, and the parts of its path that the route's {} stand for.
struct Call {
    const Request& request;
    std::vector<std::string> arguments;
};

struct Route {
    std::string_view method;
    std::string_view pattern;
    Reply (*answer)(Store&, const Call&);
};

struct Match {
    const Route* route = nullptr;  // none: no such route
    std::vector<std::string> arguments;
};

[[nodiscard]] Match find_route(std::string_view method, std::string_view path);

// For counting: "POST /v1/agents/{id}/start".
[[nodiscard]] std::string route_name(std::string_view method, const Match& match);

[[nodiscard]] Reply error_reply(unsigned status, std::string_view error);

}  // namespace tlm::simulator
