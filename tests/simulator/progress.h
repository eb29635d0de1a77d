#pragma once

#include <chrono>
#include <optional>
#include <vector>

#include "tests/simulator/store.h"
#include "tests/simulator/task_log.h"
#include "tests/simulator/workers.h"

namespace tlm::simulator {

// What becomes of the tasks in the store: workers take them, and the log keeps in which order. For one
// thread.
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
    // A restart without memory.
    void forget();
    [[nodiscard]] const TaskLog& log() const { return log_; }

  private:
    [[nodiscard]] Time now() const { return std::chrono::steady_clock::now() + skipped_; }
    void settle(const TaskNote& note);

    Store& store_;
    TaskLog log_;
    Workers workers_;
    std::chrono::milliseconds skipped_{0};
};

}  // namespace tlm::simulator
