#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/simulator/broker.h"
#include "tests/simulator/events.h"
#include "tests/simulator/store.h"
#include "tests/simulator/task_log.h"
#include "tests/simulator/workers.h"

namespace tlm::simulator {

// What becomes of the tasks in the store: workers take them, the log keeps in which order, and events tell a
// broker. For one thread.
class Progress {
  public:
    using Time = Workers::Time;

    explicit Progress(Store& store) : store_(store) {}

    // Reacts to all that the store has noted.
    void settle();
    // The same with what is due by now. When the next thing is due, if anything is.
    std::optional<Time> pass(Time now);
    void employ(std::vector<WorkerScript> scripts);
    // For the workers this much time passes at once.
    void skip(std::chrono::milliseconds time);
    // Events go to this broker from now on; an empty URL: to nobody. Throws std::runtime_error.
    void connect(const std::string& url, const std::string& ca_file);
    // A restart without memory.
    void forget();
    [[nodiscard]] const TaskLog& log() const { return log_; }
    [[nodiscard]] Events& events() { return events_; }
    [[nodiscard]] bool connected() const { return broker_ && broker_->connected(); }

  private:
    [[nodiscard]] Time now() const { return std::chrono::steady_clock::now() + skipped_; }
    void settle(const TaskNote& note);

    Store& store_;
    TaskLog log_;
    Workers workers_;
    std::unique_ptr<Broker> broker_;
    Events events_;
    std::chrono::milliseconds skipped_{0};
};

}  // namespace tlm::simulator
