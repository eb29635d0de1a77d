#pragma once

namespace tlm::cmd {

// Whether SIGINT, SIGTERM or SIGHUP (the terminal is gone) came while signals are drained.
[[nodiscard]] bool stop_requested();

// While it lives, SIGINT, SIGTERM and SIGHUP end the process with exit code 8 and not by the signal: at once
// as long as nothing was sent; after drain() the first one only asks to stop, and a second one ends the
// process: the journal tells the next run. What the caller ignores (nohup) stays ignored.
class StopOnSignals {
  public:
    StopOnSignals();
    ~StopOnSignals();
    StopOnSignals(const StopOnSignals&) = delete;
    StopOnSignals& operator=(const StopOnSignals&) = delete;

    // From now on there are calls to be finished and recorded.
    static void drain();
};

}  // namespace tlm::cmd
