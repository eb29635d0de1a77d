#include "providers/nats/link.h"

#include <algorithm>
#include <utility>

namespace tlm::nats {
namespace {

using SteadyClock = std::chrono::steady_clock;

// A signal may come just before a sleep begins, so that it is looked for so often.
constexpr auto kSlice = std::chrono::milliseconds(100);
// A broker that has neither accepted nor refused us for so long does not answer, as far as people are
// concerned.
constexpr auto kSilence = std::chrono::seconds(5);

}  // namespace

Link::Link(std::string shown, std::function<bool()> stop_requested)
    : shown_(std::move(shown)), stop_requested_(std::move(stop_requested)), begun_(SteadyClock::now()) {}

void Link::hint(std::string_view subject) {
    const std::scoped_lock lock(mutex_);
    if (hinted_ || !filter_.passes(subject)) return;
    hinted_ = true;
    moved_.notify_all();
}

void Link::up() {
    const std::scoped_lock lock(mutex_);
    connected_ = true;
    // Whatever happened before went unheard.
    hinted_ = true;
    moved_.notify_all();
}

void Link::down(std::string reason, bool tried_again) {
    const std::scoped_lock lock(mutex_);
    // Of many tries without success people are told of the first one, and that there will be no other.
    if (!loss_ || !tried_again) loss_ = NotListening{shown_, std::move(reason), tried_again};
    if (!std::exchange(connected_, false)) return;
    hinted_ = true;
    moved_.notify_all();
}

bool Link::wanted() const {
    const std::scoped_lock lock(mutex_);
    return wanted_;
}

bool Link::pause(Milliseconds time) {
    std::unique_lock lock(mutex_);
    return !moved_.wait_until(lock, SteadyClock::now() + time, [this] { return !wanted_; });
}

void Link::ended() {
    const std::scoped_lock lock(mutex_);
    ended_ = true;
    moved_.notify_all();
}

bool Link::sleep(TimePoint earliest, TimePoint until, const std::vector<ResourceId>& teams) {
    std::unique_lock lock(mutex_);
    filter_ = TeamFilter(teams);
    for (TimePoint now = SteadyClock::now(); now < until; now = SteadyClock::now()) {
        if (stop_requested_()) return false;
        if (hinted_ && now >= earliest) {
            hinted_ = false;
            return true;
        }
        moved_.wait_until(lock, std::min({now + kSlice, until, hinted_ ? earliest : until}));
    }
    return false;
}

bool Link::connected() const {
    const std::scoped_lock lock(mutex_);
    return connected_;
}

// Not while it is locked: who is told may take time, and who listens should not wait for that.
void Link::tell(Observer& observer) {
    const std::optional<NotListening> loss = take_loss();
    const std::optional<Listening> gain = take_gain();
    if (loss) observer.on(*loss);
    if (gain) observer.on(*gain);
}

std::optional<NotListening> Link::take_loss() {
    const std::scoped_lock lock(mutex_);
    const bool silent = !connected_ && !up_told_ && !down_told_ && SteadyClock::now() - begun_ > kSilence;
    if (silent && !loss_) loss_ = NotListening{shown_, "it does not answer", true};
    auto loss = std::exchange(loss_, std::nullopt);
    if (!loss || (down_told_ && loss->tried_again)) return std::nullopt;
    down_told_ = true;
    up_told_ = false;
    return loss;
}

std::optional<Listening> Link::take_gain() {
    const std::scoped_lock lock(mutex_);
    if (!connected_ || up_told_) return std::nullopt;
    up_told_ = true;
    down_told_ = false;
    return Listening{shown_, std::exchange(ever_up_, true)};
}

bool Link::part(Milliseconds patience) {
    std::unique_lock lock(mutex_);
    wanted_ = false;
    moved_.notify_all();
    return moved_.wait_until(lock, SteadyClock::now() + patience, [this] { return ended_; });
}

}  // namespace tlm::nats
