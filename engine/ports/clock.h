#pragma once

#include <chrono>

namespace tlm {

// Time, so that tests need not sleep.
class Clock {
  public:
    virtual ~Clock() = default;
    [[nodiscard]] virtual std::chrono::steady_clock::time_point now() const = 0;
    // Returns at `until`, or earlier when the user asks to stop.
    virtual void sleep_until(std::chrono::steady_clock::time_point until) = 0;
};

}  // namespace tlm
