#include "providers/agamemnon/transfers.h"

#include <algorithm>
#include <csignal>
#include <iterator>
#include <utility>

namespace tlm::agamemnon {
namespace {

bool is_plain_success(const Ended& item) {
    const Response& response = item.response;
    return response.transport == Transport::answered && response.status >= 200 && response.status < 300;
}

// While it lives, threads that are made get no signals: those are for the thread that handles them.
class SignalsBlocked {
  public:
    SignalsBlocked() {
        sigset_t all;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before_);
    }
    ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    SignalsBlocked(const SignalsBlocked&) = delete;
    SignalsBlocked& operator=(const SignalsBlocked&) = delete;

  private:
    sigset_t before_{};
};

}  // namespace

Transfers::Transfers(const AgamemnonOptions& options, const Redactor& redact) : requests_(options, redact) {}

Transfers::~Transfers() {
    if (!thread_.joinable()) return;
    {
        const std::scoped_lock lock(mutex_);
        over_ = true;
    }
    requests_.wake();
    thread_.join();
}

std::uint64_t Transfers::start(Request request, TimePoint not_before) {
    started_.push_back({++last_ticket_, not_before, std::move(request)});
    ++outstanding_;
    changed_ = true;
    return last_ticket_;
}

void Transfers::at_once(std::size_t requests) {
    changed_ = changed_ || requests != wanted_.at_once;
    wanted_.at_once = requests;
}

void Transfers::hold_until(TimePoint until) {
    changed_ = changed_ || until > wanted_.gate;
    wanted_.gate = std::max(wanted_.gate, until);
}

void Transfers::give_up_unsent() {
    give_up_ = true;
    changed_ = true;
}

// With the mutex held.
void Transfers::hand_over() {
    rules_ = wanted_;
    std::ranges::move(started_, std::back_inserter(inbox_));
    started_.clear();
    unsent_given_up_ = std::exchange(give_up_, false) || unsent_given_up_;
    // What wait() has returned was understood.
    in_doubt_ = !std::ranges::all_of(ended_, is_plain_success);
    changed_ = false;
}

std::vector<Ended> Transfers::wait(TimePoint until) {
    std::unique_lock lock(mutex_);
    if (changed_ || in_doubt_) {
        hand_over();
        if (!thread_.joinable()) {
            const SignalsBlocked blocked;
            thread_ = std::thread([this] { run(); });
        }
        lock.unlock();
        requests_.wake();
        lock.lock();
    }
    const auto has_ended = [&] { return !ended_.empty() || outstanding_ == 0; };
    if (until == TimePoint::max()) {
        something_ended_.wait(lock, has_ended);
    } else {
        something_ended_.wait_until(lock, until, has_ended);
    }
    std::vector<Ended> ended = std::exchange(ended_, {});
    outstanding_ -= ended.size();
    return ended;
}

void Transfers::run() {
    std::vector<Ended> ended;
    while (true) {
        {
            const std::scoped_lock lock(mutex_);
            if (over_) return;
            in_doubt_ = in_doubt_ || !std::ranges::all_of(ended, is_plain_success);
            std::ranges::move(ended, std::back_inserter(ended_));
            Rules rules = rules_;
            rules.paused = in_doubt_;
            requests_.set(rules);
            for (Item& item : inbox_)
                requests_.start(item.ticket, std::move(item.request), item.not_before);
            inbox_.clear();
            if (std::exchange(unsent_given_up_, false)) requests_.give_up_unsent();
        }
        if (!ended.empty()) something_ended_.notify_one();
        ended = requests_.go_on();
    }
}

}  // namespace tlm::agamemnon
