#include "cmd/interrupt.h"

#include <unistd.h>

#include <csignal>
#include <string_view>

#include "cmd/exit_code.h"

namespace tlm::cmd {
namespace {

// A signal handler can reach nothing but a global.
volatile std::sig_atomic_t signals_seen = 0;

extern "C" void on_signal(int) {
    if (signals_seen > 0) _exit(static_cast<int>(ExitCode::interrupted));
    signals_seen = 1;
    constexpr std::string_view kText =
        "\nstopping: what is in flight is finished and recorded; again to stop at once\n";
    static_cast<void>(!write(STDERR_FILENO, kText.data(), kText.size()));
}

void handle(void (*handler)(int)) {
    struct sigaction action = {};
    action.sa_handler = handler;
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, nullptr);
    sigaction(SIGTERM, &action, nullptr);
}

}  // namespace

bool stop_requested() {
    return signals_seen > 0;
}

StopOnSignals::StopOnSignals() {
    signals_seen = 0;
    handle(on_signal);
}

StopOnSignals::~StopOnSignals() {
    handle(SIG_DFL);
}

}  // namespace tlm::cmd
