#pragma once

#include <array>
#include <chrono>
#include <optional>
#include <string_view>

#include "engine/ports/clock.h"

namespace tlm::cmd {

// The machine's time. A sleep ends early when the user asks to stop.
class SystemClock final : public Clock {
  public:
    [[nodiscard]] std::chrono::steady_clock::time_point now() const override;
    void sleep_until(std::chrono::steady_clock::time_point until) override;
};

// ISO 8601 UTC with milliseconds: 2026-11-23T10:15:00.123Z.
using Stamp = std::array<char, 24>;
// Computes and does nothing else, so that a signal handler may call it. Years 0 to 9999.
[[nodiscard]] Stamp utc_stamp(std::chrono::system_clock::time_point time);

// The time that such a text stands for; nothing where it is none.
[[nodiscard]] std::optional<std::chrono::system_clock::time_point> read_stamp(std::string_view text);

}  // namespace tlm::cmd
