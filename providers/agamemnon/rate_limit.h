#pragma once

#include <algorithm>
#include <chrono>

namespace tlm::agamemnon {

// A token bucket: `burst` requests at once, refilled at `rps` a second. With rps 0 there is no limit.
class RateLimit {
  public:
    using TimePoint = std::chrono::steady_clock::time_point;
    RateLimit(double rps, double burst, TimePoint now)
        : rps_(rps), burst_(std::max(1.0, burst)), tokens_(burst_), at_(now) {}

    // Takes a token where there is one.
    [[nodiscard]] bool take(TimePoint now) {
        if (rps_ <= 0) return true;
        tokens_ = std::min(burst_, tokens_ + std::chrono::duration<double>(now - at_).count() * rps_);
        at_ = now;
        if (tokens_ < 1) return false;
        tokens_ -= 1;
        return true;
    }
    // How long until the next token, right after take() found none.
    [[nodiscard]] std::chrono::milliseconds until_next() const {
        return std::chrono::milliseconds(static_cast<std::int64_t>((1 - tokens_) / rps_ * 1000) + 1);
    }

  private:
    double rps_;
    double burst_;
    double tokens_;
    TimePoint at_;
};

}  // namespace tlm::agamemnon
