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

    // Whether there is a token.
    [[nodiscard]] bool ready(TimePoint now) {
        if (rps_ <= 0) return true;
        refill(now);
        return tokens_ >= 1;
    }
    // Takes one, right after ready() found one.
    void take() { tokens_ -= rps_ > 0 ? 1 : 0; }
    // How long until the next token, right after ready() found none.
    [[nodiscard]] std::chrono::milliseconds until_next() const {
        if (rps_ <= 0 || tokens_ >= 1) return std::chrono::milliseconds(0);
        return std::chrono::milliseconds(static_cast<std::int64_t>((1 - tokens_) / rps_ * 1000) + 1);
    }

    [[nodiscard]] double rps() const { return rps_; }
    // Tokens that are there already stay, as far as the bucket holds them.
    void change(double rps, double burst, TimePoint now) {
        refill(now);
        tokens_ = rps_ <= 0 ? 0 : tokens_;
        rps_ = rps;
        burst_ = std::max(1.0, burst);
        tokens_ = std::min(tokens_, burst_);
    }

  private:
    void refill(TimePoint now) {
        tokens_ = std::min(burst_, tokens_ + std::chrono::duration<double>(now - at_).count() * rps_);
        at_ = now;
    }

    double rps_;
    double burst_;
    double tokens_;
    TimePoint at_;
};

// The rate that a server allows, learnt from its 429s: what it took between two of them. From then on
// requests are spread at that rate instead of sent in bursts that end in a 429 and a whole second of waiting,
// and the rate is tried a little higher with every second that passes without one.
class LearntRate {
  public:
    using TimePoint = RateLimit::TimePoint;
    explicit LearntRate(TimePoint now) : limit_(0, 1, now) {}

    [[nodiscard]] RateLimit& limit() { return limit_; }

    void accepted(TimePoint now) {
        ++accepted_;
        if (limit_.rps() <= 0 || now - grown_ < std::chrono::seconds(1)) return;
        grown_ = now;
        set(limit_.rps() * kGrowth, now);
    }

    void pushed_back(TimePoint now) {
        const double seconds = std::chrono::duration<double>(now - pushed_).count();
        // Answers to requests that were in flight together are one push.
        constexpr double kApart = 0.5;
        if (pushes_ > 0 && seconds < kApart) return;
        // The first window begins with a full bucket and says nothing of the rate.
        if (pushes_ > 0 && accepted_ > 0) set(static_cast<double>(accepted_) / seconds * kGrowth, now);
        ++pushes_;
        pushed_ = now;
        grown_ = now;
        accepted_ = 0;
    }

  private:
    static constexpr double kGrowth = 1.02;

    // What the server's bucket gains while we wait, ours has to hold too.
    void set(double rps, TimePoint now) { limit_.change(rps, rps * 2, now); }

    RateLimit limit_;
    int pushes_ = 0;
    int accepted_ = 0;  // since the last push
    TimePoint pushed_{};
    TimePoint grown_{};
};

}  // namespace tlm::agamemnon
