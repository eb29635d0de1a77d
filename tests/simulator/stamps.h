#pragma once

#include <chrono>
#include <random>
#include <string>

namespace tlm::simulator {

struct Stamp {
    std::string id;
    std::string time;
};

// Ids and times as the server gives them out.
class Stamps {
  public:
    [[nodiscard]] std::string next_id();  // random UUID v4
    [[nodiscard]] std::string
    next_time();  // ISO 8601 UTC with microseconds; each is later than the one before
    [[nodiscard]] Stamp next() { return {next_id(), next_time()}; }

  private:
    std::mt19937_64 random_{std::random_device{}()};
    std::chrono::microseconds last_{0};
};

}  // namespace tlm::simulator
