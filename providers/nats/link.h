#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "engine/ports/observer.h"
#include "providers/nats/team_filter.h"

namespace tlm::nats {

// Between the thread that listens to a broker and the one that waits for what it hears. Both share it, and
// the one that listens may be the last.
class Link {
  public:
    using TimePoint = std::chrono::steady_clock::time_point;
    using Milliseconds = std::chrono::milliseconds;

    // `shown`: the broker's address for people. `stop_requested` is asked while sleeping.
    Link(std::string shown, std::function<bool()> stop_requested);

    // ---- for who listens ----
    // An event came.
    void hint(std::string_view subject);
    // From now on none is missed.
    void up();
    // It is not so, or not any more. `tried_again`: it may be so later.
    void down(std::string reason, bool tried_again);
    // Whether anybody still waits.
    [[nodiscard]] bool wanted() const;
    // Lasts that long, unless nobody waits any more. Returns whether somebody does.
    bool pause(Milliseconds time);
    // The last thing it does.
    void ended();

    // ---- for who waits: see WakeUp ----
    [[nodiscard]] bool sleep(TimePoint earliest, TimePoint until, const std::vector<ResourceId>& teams);
    [[nodiscard]] bool connected() const;
    void tell(Observer& observer);
    // Nobody waits any more. Returns whether the other one ended within that time.
    bool part(Milliseconds patience);

  private:
    [[nodiscard]] std::optional<NotListening> take_loss();
    [[nodiscard]] std::optional<Listening> take_gain();

    const std::string shown_;
    const std::function<bool()> stop_requested_;
    const TimePoint begun_;
    mutable std::mutex mutex_;  // guards everything below
    std::condition_variable moved_;
    TeamFilter filter_;
    bool hinted_ = false;  // there is a reason to end the sleep
    bool connected_ = false;
    bool wanted_ = true;
    bool ended_ = false;
    std::optional<NotListening> loss_;  // that was not told yet
    bool down_told_ = false;            // what people know
    bool up_told_ = false;
    bool ever_up_ = false;  // was told
};

}  // namespace tlm::nats
