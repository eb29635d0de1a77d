#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>

namespace tlm {

// What a target that asks to wait (429, 503) does to the calls of a run: one gate for all of them, and fewer
// in flight. Half as many after each push-back, one more again with each call that is done.
class Throttle {
  public:
    using TimePoint = std::chrono::steady_clock::time_point;

    // A target that takes nothing for so long is as good as gone.
    static constexpr auto kPatience = std::chrono::minutes(15);

    // `parallelism`: calls in flight at most.
    Throttle(std::size_t parallelism, TimePoint now)
        : most_(std::max<std::size_t>(1, parallelism)), capacity_(most_), accepted_(now) {}

    // How many calls may be in flight now.
    [[nodiscard]] std::size_t capacity() const { return capacity_; }
    // Nothing is sent before.
    [[nodiscard]] TimePoint opens() const { return opens_; }

    // The target took a call, whatever came of it.
    void accepted(TimePoint now) { accepted_ = now; }
    void done() { capacity_ = std::min(most_, capacity_ + 1); }

    // The target asked to wait. True: this is news. Answers to calls that were in flight together are one
    // push-back, so the capacity is halved once.
    [[nodiscard]] bool pushed_back(TimePoint now, std::chrono::milliseconds wait) {
        const bool is_news = now >= opens_;
        if (is_news) capacity_ = std::max<std::size_t>(1, capacity_ / 2);
        opens_ = std::max(opens_, now + wait);
        return is_news;
    }
    // It has asked to wait, and nothing else, for longer than anybody would.
    [[nodiscard]] bool out_of_patience() const { return opens_ - accepted_ > kPatience; }

  private:
    std::size_t most_;
    std::size_t capacity_;
    TimePoint opens_{};
    TimePoint accepted_;
};

}  // namespace tlm
