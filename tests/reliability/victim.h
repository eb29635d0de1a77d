#pragma once

#include <condition_variable>
#include <mutex>

namespace tlm::test {

// The process that a simulator kills on request. The test's thread starts it, the simulator's thread kills
// it.
class Victim {
  public:
    // A process runs now; it is not reaped before kill() could have returned.
    void started(int pid);
    // The process has been reaped: until the next one is started, there is none to wait for. False: kill() or
    // interrupt() was called while it ran.
    [[nodiscard]] bool ended();
    // Waits for a process to be started, ends it with SIGKILL and returns once it is dead.
    void kill();
    // Waits for a process to be started and tells it to stop (SIGINT).
    void interrupt();

  private:
    // Its id, once there is one, and kGone where it has ended.
    int take(std::unique_lock<std::mutex>& lock);

    std::mutex mutex_;
    std::condition_variable changed_;
    static constexpr int kGone = -1;

    int pid_ = 0;
};

}  // namespace tlm::test
