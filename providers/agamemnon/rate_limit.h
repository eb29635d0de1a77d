#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <utility>

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
    // From now on so many are there; fewer than none are made up for first.
    void leave(double tokens) { tokens_ = tokens; }

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

// The rate that a server allows, learnt from its 429s: what it took between two of them, or its default,
// where what it took until the first is just that. From then on requests are spread at that rate instead of
// sent in bursts that end in a 429 and a whole second of waiting. Whether it takes more is tried now and
// then: each such try that ends in a 429 makes the next come later.
class LearntRate {
  public:
    using TimePoint = RateLimit::TimePoint;
    explicit LearntRate(TimePoint now) : limit_(0, 1, now) {}

    [[nodiscard]] RateLimit& limit() { return limit_; }

    void accepted(TimePoint now) {
        if (++accepted_ == 1 && pushes_ == 0) pushed_ = now;
        if (limit_.rps() <= 0 || now - grown_ < pause_) return;
        grown_ = now;
        set(limit_.rps() * kGrowth, now);
        tried_ = true;
    }

    void pushed_back(TimePoint now) {
        const double seconds = std::chrono::duration<double>(now - pushed_).count();
        // Answers to requests that were in flight together are one push.
        constexpr double kApart = 0.5;
        if (pushes_ > 0 && seconds < kApart) return;
        const double before = learnt_;
        if (pushes_ == 0) {
            // The first window begins with a full bucket and says nothing of another rate.
            if (takes_the_default(seconds)) set(kDefaultRps * kSafe, now);
        } else if (accepted_ > 0) {
            // Where little was asked for meanwhile, that is what the server took.
            set(std::max(static_cast<double>(accepted_) / seconds, limit_.rps() * kLeast) * kSafe, now);
        }
        // What the server's bucket gains while we wait, ours has too, but for a few requests, which may
        // arrive closer together than they were sent.
        if (limit_.rps() > 0) limit_.leave(-std::min(kSlack, limit_.rps() / 10));
        // Two windows that say the same know it.
        learnt_ = limit_.rps();
        const bool sure = std::abs(learnt_ - before) <= before * kAlike;
        if (std::exchange(tried_, false) && sure)
            pause_ = std::clamp(pause_ * 2, kPauseOnceSure, kLongestPause);
        ++pushes_;
        pushed_ = now;
        grown_ = now;
        accepted_ = 0;
    }

  private:
    static constexpr double kDefaultRps = 60;  // of release 0.1.0
    static constexpr double kDefaultBurst = 120;
    static constexpr double kSafe = 0.99;
    static constexpr double kLeast = 0.7;
    static constexpr double kSlack = 3;
    static constexpr double kAlike = 0.05;
    static constexpr double kGrowth = 1.03;
    static constexpr std::chrono::seconds kPauseOnceSure{8};
    static constexpr std::chrono::seconds kLongestPause{300};

    [[nodiscard]] bool takes_the_default(double seconds) const {
        const double expected = kDefaultBurst + kDefaultRps * seconds;
        return std::abs(static_cast<double>(accepted_) - expected) <= expected / 40;
    }
    void set(double rps, TimePoint now) { limit_.change(rps, rps * 2, now); }

    RateLimit limit_;
    double learnt_ = 0;  // the rate, at the last push
    int pushes_ = 0;
    int accepted_ = 0;    // since the last push
    bool tried_ = false;  // more than was learnt
    TimePoint pushed_{};  // before the first: when the first request was taken
    TimePoint grown_{};
    std::chrono::seconds pause_{1};  // between two tries
};

}  // namespace tlm::agamemnon
