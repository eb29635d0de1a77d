#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "tests/simulator/store.h"
#include "tests/simulator/worker_script.h"

namespace tlm::simulator {

// Workers without a number, who do as their scripts say: a task is running as soon as it is taken, and ends
// after so many answers that showed it, or in time. What they do is noted in the store.
class Workers {
  public:
    using Time = std::chrono::steady_clock::time_point;

    // From now on these scripts count, also for the tasks that are pending or running. Without any the
    // workers stop where they are.
    void employ(std::vector<WorkerScript> scripts, Store& store, Time now);
    void take(Store& store, const std::string& id, Time now);
    // An answer has shown the task.
    void shown(Store& store, const std::string& id);
    // Ends what is due.
    void pass(Store& store, Time now);
    [[nodiscard]] std::optional<Time> next_due() const;
    // How a task that is being worked on will end, if it does.
    [[nodiscard]] std::optional<std::string> planned_end(const std::string& id) const;
    void forget();

  private:
    struct Job {
        Outcome outcome = Outcome::kCompleted;
        std::optional<long> reads_left{};
    };

    void end(Store& store, const std::string& id);

    std::vector<WorkerScript> scripts_;
    std::unordered_map<std::string, Job> jobs_;  // by the task's id
    std::multimap<Time, std::string> due_;
};

}  // namespace tlm::simulator
