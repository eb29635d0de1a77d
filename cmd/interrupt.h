#pragma once

namespace tlm::cmd {

// Whether SIGINT or SIGTERM came since a StopOnSignals was made.
[[nodiscard]] bool stop_requested();

// While it lives, the first SIGINT or SIGTERM only asks to stop, and a second one ends the process at once
// with exit code 8: the journal tells the next run.
class StopOnSignals {
  public:
    StopOnSignals();
    ~StopOnSignals();
    StopOnSignals(const StopOnSignals&) = delete;
    StopOnSignals& operator=(const StopOnSignals&) = delete;
};

}  // namespace tlm::cmd
