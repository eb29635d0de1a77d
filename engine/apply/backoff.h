#pragma once

#include <chrono>
#include <random>

namespace tlm {

// How long to wait before try number `attempt` + 1: doubles from 200 ms up to 10 s, with a jitter of a half,
// so that many clients do not come back together.
class Backoff {
  public:
    [[nodiscard]] std::chrono::milliseconds after(int attempt);

    // Up to a tenth of a wait, to be added to it for the same reason.
    [[nodiscard]] std::chrono::milliseconds jitter(std::chrono::milliseconds wait);

  private:
    std::minstd_rand random_{std::random_device{}()};
};

}  // namespace tlm
