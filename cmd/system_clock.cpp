#include "cmd/system_clock.h"

#include <algorithm>
#include <thread>

#include "cmd/interrupt.h"

namespace tlm::cmd {

std::chrono::steady_clock::time_point SystemClock::now() const {
    return std::chrono::steady_clock::now();
}

void SystemClock::sleep_until(std::chrono::steady_clock::time_point until) {
    // In slices, because a signal may come just before the sleep begins.
    constexpr auto kSlice = std::chrono::milliseconds(100);
    while (!stop_requested() && now() < until)
        std::this_thread::sleep_until(std::min(until, now() + kSlice));
}

}  // namespace tlm::cmd
