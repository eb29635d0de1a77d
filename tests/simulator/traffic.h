#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>

#include "tests/simulator/message.h"
#include "tests/simulator/store.h"

namespace tlm::simulator {

// What has been asked of /v1 since the last reset.
class Traffic {
  public:
    // The number to report the answer under.
    std::uint64_t arrived(const Request& request, const std::string& route);
    // Status 0: the connection ended, or will end, without an answer.
    void answered(std::uint64_t number, unsigned status);
    void throttled() { ++throttled_; }
    // Holds a request "in flight" as long as the token lives, which must be shorter than this object.
    [[nodiscard]] std::shared_ptr<void> in_flight();
    void reset();

    [[nodiscard]] std::string stats_json(const Store& store) const;
    [[nodiscard]] std::string log_json() const;

  private:
    struct Entry {
        std::string method, path, query, request_id, user_agent;
        std::uint64_t connection = 0;
        unsigned status = 0;
    };

    std::deque<Entry> log_;    // the latest ones
    std::uint64_t first_ = 0;  // number of log_.front()
    std::uint64_t requests_ = 0, reads_ = 0, throttled_ = 0;
    std::uint64_t flying_ = 0, most_flying_ = 0;
    std::map<std::string, std::uint64_t> by_route_;
};

}  // namespace tlm::simulator
