#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace tlm::agamemnon {

struct Request {
    std::string method;
    std::string path;  // below the server's URL, percent-encoded
    std::string body;
    std::string request_id;          // X-Request-Id; empty: none
    bool sent_at_most_once = false;  // a create: must not be repeated, not even on a new connection
    std::size_t max_answer = std::size_t{8} << 20U;  // bytes of the body, after decompression
};

// How a request ended.
enum class Transport : std::uint8_t {
    answered,   // there is a status and a whole body
    not_sent,   // nothing reached the server
    uncertain,  // it may have reached the server
};

struct Response {
    Transport transport = Transport::answered;
    std::string fault;      // where it was not answered: why, redacted
    std::string next;       // and what to do about it; empty: nothing in particular
    bool hopeless = false;  // it does not mend itself, so that trying again is of no use
    int status = 0;
    std::string body;
    std::string retry_after;  // header, as it came
    std::string date;         // header, as it came: the server's clock
    std::string location;     // header, as it came
};

}  // namespace tlm::agamemnon
