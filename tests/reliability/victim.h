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
    // Waits for a process to be started, ends it with SIGKILL and returns once it is dead.
    void kill();

  private:
    std::mutex mutex_;
    std::condition_variable changed_;
    int pid_ = 0;
};

}  // namespace tlm::test
