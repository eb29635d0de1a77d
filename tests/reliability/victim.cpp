#include "tests/reliability/victim.h"

#include <sys/wait.h>

#include <csignal>
#include <utility>

namespace tlm::test {

void Victim::started(int pid) {
    const std::scoped_lock lock(mutex_);
    pid_ = pid;
    changed_.notify_all();
}

bool Victim::ended() {
    const std::scoped_lock lock(mutex_);
    return std::exchange(pid_, kGone) > 0;
}

int Victim::take(std::unique_lock<std::mutex>& lock) {
    changed_.wait(lock, [&] { return pid_ != 0; });
    return pid_ == kGone ? kGone : std::exchange(pid_, 0);
}

void Victim::kill() {
    std::unique_lock lock(mutex_);
    const int pid = take(lock);
    if (pid == kGone) return;
    ::kill(pid, SIGKILL);
    siginfo_t ended = {};
    ::waitid(P_PID, static_cast<id_t>(pid), &ended, WEXITED | WNOWAIT);
}

void Victim::interrupt() {
    std::unique_lock lock(mutex_);
    const int pid = take(lock);
    if (pid != kGone) ::kill(pid, SIGINT);
}

}  // namespace tlm::test
