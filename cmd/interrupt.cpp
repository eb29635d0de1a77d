#include "cmd/interrupt.h"

#include <unistd.h>

#include <csignal>
#include <string_view>

#include "cmd/exit_code.h"

namespace tlm::cmd {
namespace {

// A signal handler can reach nothing but globals.
volatile std::sig_atomic_t draining = 0;
volatile std::sig_atomic_t signals_seen = 0;

void tell(std::string_view text) {
    static_cast<void>(!write(STDERR_FILENO, text.data(), text.size()));
}

extern "C" void on_signal(int) {
    if (draining == 0) tell("\ninterrupted: nothing was changed\n");
    if (draining == 0 || signals_seen > 0) _exit(static_cast<int>(ExitCode::interrupted));
    signals_seen = 1;
    tell("\nstopping: what is in flight is finished and recorded; again to stop at once\n");
}

void handle(void (*handler)(int)) {
    struct sigaction action = {};
    action.sa_handler = handler;
    // One after the other, so that two that come together count as two.
    sigemptyset(&action.sa_mask);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP})
        sigaddset(&action.sa_mask, signal);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
        struct sigaction before = {};
        sigaction(signal, nullptr, &before);
        if (before.sa_handler != SIG_IGN) sigaction(signal, &action, nullptr);
    }
}

}  // namespace

bool stop_requested() {
    return signals_seen > 0;
}

StopOnSignals::StopOnSignals() {
    draining = 0;
    signals_seen = 0;
    handle(on_signal);
}

StopOnSignals::~StopOnSignals() {
    handle(SIG_DFL);
}

void StopOnSignals::drain() {
    draining = 1;
}

}  // namespace tlm::cmd
