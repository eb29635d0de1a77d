#pragma once

#include "engine/ports/clock.h"

namespace tlm::cmd {

// The machine's time. A sleep ends early when the user asks to stop.
class SystemClock final : public Clock {
  public:
    [[nodiscard]] std::chrono::steady_clock::time_point now() const override;
    void sleep_until(std::chrono::steady_clock::time_point until) override;
};

}  // namespace tlm::cmd
