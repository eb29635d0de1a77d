#include "cmd/interrupt.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <string_view>

#include "cmd/exit_code.h"
#include "cmd/system_clock.h"

namespace tlm::cmd {
namespace {

// A signal handler can reach nothing but globals.
volatile std::sig_atomic_t draining = 0;
volatile std::sig_atomic_t signals_seen = 0;
std::atomic<const LastWords*> last_words = nullptr;
static_assert(std::atomic<const LastWords*>::is_always_lock_free);

constexpr std::array kSignals = {SIGINT, SIGTERM, SIGHUP};

void tell(std::string_view text) {
    static_cast<void>(!write(STDERR_FILENO, text.data(), text.size()));
}

// Only what a signal handler may do. Where nobody takes it, nobody waits.
void say_last_words() {
    const LastWords* words = last_words.load();
    if (words == nullptr) return;
    pollfd polled = {words->descriptor, POLLOUT, 0};
    if (poll(&polled, 1, 0) != 1 || (polled.revents & POLLOUT) == 0) return;
    std::array<char, sizeof words->line> line = words->line;
    const Stamp now = utc_stamp(std::chrono::system_clock::now());
    std::copy(now.begin(), now.end(), line.begin() + static_cast<std::ptrdiff_t>(words->stamp));
    static_cast<void>(!write(words->descriptor, line.data(), words->size));
}

[[noreturn]] void end_at_once() {
    say_last_words();
    _exit(static_cast<int>(ExitCode::interrupted));
}

extern "C" void on_signal(int) {
    if (draining == 0) tell("\ninterrupted: nothing was changed\n");
    if (draining == 0 || signals_seen > 0) end_at_once();
    signals_seen = 1;
    tell("\nstopping: what is in flight is finished and recorded; again to stop at once\n");
}

void handle(void (*handler)(int)) {
    struct sigaction action = {};
    action.sa_handler = handler;
    // One after the other, so that two that come together count as two.
    sigemptyset(&action.sa_mask);
    for (const int signal : kSignals)
        sigaddset(&action.sa_mask, signal);
    for (const int signal : kSignals) {
        struct sigaction before = {};
        sigaction(signal, nullptr, &before);
        if (before.sa_handler != SIG_IGN) sigaction(signal, &action, nullptr);
    }
}

}  // namespace

bool stop_requested() {
    return signals_seen > 0;
}

void set_last_words(const LastWords* words) {
    last_words.store(words);
}

SignalsHeld::SignalsHeld() {
    sigset_t held;
    sigemptyset(&held);
    for (const int signal : kSignals)
        sigaddset(&held, signal);
    pthread_sigmask(SIG_BLOCK, &held, &before_);
}

SignalsHeld::~SignalsHeld() {
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
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
