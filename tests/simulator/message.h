#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace tlm::simulator {

struct Request {
    std::string method;
    std::string target;  // as sent
    std::string path;    // of the target, percent-decoded
    std::string query;   // of the target, as sent
    std::string body;
    std::string authorization, api_key, request_id, user_agent;  // headers
    std::string client;                                          // address, without the port
    std::uint64_t connection = 0;                                // counts from 1
    unsigned refused = 0;  // status that the connection has already settled on (body too large, ...); 0: none
};

enum class Delivery {
    kWhole,
    kHalf,   // the whole length is announced, half of the body is sent, then the connection closes
    kNone,   // the connection closes
    kNever,  // nothing happens until the client leaves
};

using Headers = std::vector<std::pair<std::string, std::string>>;

struct Reply {
    unsigned status = 200;
    std::string body{};  // JSON; empty: without a content type
    Headers headers{};
    Delivery delivery = Delivery::kWhole;
    std::chrono::milliseconds delay{0};  // before anything else happens
    // If set, it is asked after the delay, and its reply takes this one's place.
    std::function<Reply()> after_delay{};
    std::shared_ptr<void> in_flight{};  // released when the request is over
};

}  // namespace tlm::simulator
