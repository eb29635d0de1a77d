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

void Victim::kill() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return pid_ != 0; });
    const int pid = std::exchange(pid_, 0);
    ::kill(pid, SIGKILL);
    siginfo_t ended = {};
    ::waitid(P_PID, static_cast<id_t>(pid), &ended, WEXITED | WNOWAIT);
}

}  // namespace tlm::test
