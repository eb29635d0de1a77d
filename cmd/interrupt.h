#pragma once

#include <array>
#include <csignal>
#include <cstddef>

namespace tlm::cmd {

// Whether SIGINT, SIGTERM or SIGHUP (the terminal is gone) came while signals are drained.
[[nodiscard]] bool stop_requested();

// A line that is written to a descriptor should a signal end the process at once.
struct LastWords {
    int descriptor = -1;
    std::size_t stamp = 0;  // where in it the time of the end is filled in, see utc_stamp
    std::size_t size = 0;
    std::array<char, 2048> line{};
};
// From now on these; null for none. They must not change until there are others.
void set_last_words(const LastWords* words);

// Keeps SIGINT, SIGTERM and SIGHUP waiting while it lives.
class SignalsHeld {
  public:
    SignalsHeld();
    ~SignalsHeld();
    SignalsHeld(const SignalsHeld&) = delete;
    SignalsHeld& operator=(const SignalsHeld&) = delete;

  private:
    sigset_t before_{};
};

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
