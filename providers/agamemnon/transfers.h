#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

#include "providers/agamemnon/curl_requests.h"

namespace tlm::agamemnon {

// Requests that run side by side in a thread of their own, so that one that ends makes room for the next
// while whoever started them writes a journal. One thread uses an instance.
class Transfers {
  public:
    using TimePoint = std::chrono::steady_clock::time_point;

    // The redactor must outlive it.
    Transfers(const AgamemnonOptions& options, const Redactor& redact);
    ~Transfers();
    Transfers(const Transfers&) = delete;
    Transfers& operator=(const Transfers&) = delete;

    [[nodiscard]] bool usable() const { return requests_.usable(); }

    // Starts a request and returns its ticket. It is sent at `not_before` at the earliest, and once the rate
    // limit, the gate and the number of connections let it. Those that may be sent at the same time go in the
    // order in which they were started.
    std::uint64_t start(Request request, TimePoint not_before = {});
    // At most so many requests run side by side, and never more than there may be connections.
    void at_once(std::size_t requests);
    // The gate: no request is begun before. The target asked for it, whichever request it answered so.
    void hold_until(TimePoint until);
    // Waits until at least one has ended, or until `until`; empty also where none is under way. After any
    // answer but a plain success no request is begun until wait() is called again: first the answer is to be
    // understood.
    [[nodiscard]] std::vector<Ended> wait(TimePoint until = TimePoint::max());
    // What was not begun yet ends as not sent.
    void give_up_unsent();

  private:
    struct Item {
        std::uint64_t ticket = 0;
        TimePoint not_before;
        Request request;
    };
    void run();
    void hand_over();

    std::uint64_t last_ticket_ = 0;
    std::size_t outstanding_ = 0;  // started, and not returned by wait() yet
    Rules wanted_;
    std::vector<Item> started_;  // and not handed over yet
    bool give_up_ = false;
    bool changed_ = false;  // something of the above is to be handed over

    // Between the threads.
    std::mutex mutex_;
    std::condition_variable something_ended_;
    Rules rules_;                   // guarded by mutex_
    std::vector<Item> inbox_;       // guarded by mutex_
    bool unsent_given_up_ = false;  // guarded by mutex_
    bool over_ = false;             // guarded by mutex_
    bool in_doubt_ = false;         // guarded by mutex_: an answer is to be understood
    std::vector<Ended> ended_;      // guarded by mutex_

    CurlRequests requests_;  // the thread's, once it runs
    std::thread thread_;
};

}  // namespace tlm::agamemnon
