#include "providers/nats/task_events.h"

#include <csignal>
#include <system_error>
#include <utility>

#include "providers/nats/link.h"
#include "providers/nats/listener.h"

namespace tlm {
namespace {

constexpr auto kPatience = std::chrono::milliseconds(2500);

// A thread that is started now, and every one that it starts, leaves signals to those that are there.
class SignalsLeft {
  public:
    SignalsLeft() {
        sigset_t all;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before_);
    }
    ~SignalsLeft() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    SignalsLeft(const SignalsLeft&) = delete;
    SignalsLeft& operator=(const SignalsLeft&) = delete;

  private:
    sigset_t before_{};
};

}  // namespace

NatsTaskEvents::NatsTaskEvents(NatsOptions options)
    : link_(std::make_shared<nats::Link>(options.shown, options.stop_requested)) {
    const SignalsLeft left;
    try {
        thread_ = std::thread([link = link_, options = std::move(options)] { nats::listen(options, *link); });
    } catch (const std::system_error& error) {
        link_->down(error.what(), false);
    }
}

NatsTaskEvents::~NatsTaskEvents() {
    if (!thread_.joinable()) return;
    if (link_->part(kPatience)) {
        thread_.join();
    } else {
        thread_.detach();
    }
}

bool NatsTaskEvents::sleep(std::chrono::steady_clock::time_point earliest,
                           std::chrono::steady_clock::time_point until,
                           const std::vector<ResourceId>& teams) {
    return link_->sleep(earliest, until, teams);
}

bool NatsTaskEvents::connected() const {
    return link_->connected();
}

void NatsTaskEvents::tell(Observer& observer) {
    link_->tell(observer);
}

}  // namespace tlm
