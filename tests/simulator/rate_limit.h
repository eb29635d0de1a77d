#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <unordered_map>

namespace tlm::simulator {

// A token bucket for every client address.
class RateLimit {
  public:
    using Time = std::chrono::steady_clock::time_point;

    // `rate` in requests a second; <= 0: no limit.
    RateLimit(double rate, double burst) : rate_(rate), burst_(burst) {}

    // Takes a token; without one, says in how many seconds (at least 1) there is one again.
    [[nodiscard]] std::optional<long> refuse(const std::string& client, Time now);

  private:
    struct Bucket {
        double tokens;
        Time filled;
    };

    double rate_;
    double burst_;
    std::unordered_map<std::string, Bucket> buckets_;
};

}  // namespace tlm::simulator
