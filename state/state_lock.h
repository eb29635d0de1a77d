#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "engine/base/result.h"
#include "state/lock_record.h"
#include "storage/private_file.h"

namespace tlm {

// The right to change a state: one process at a time has it. It is a lock of the operating system on
// `STATE.lock`, so that it ends with the process that holds it, however that ends. The file stays; it says
// who holds the lock and is readable by everyone who can reach it. A process that forks while it holds the
// lock shares it with its child.
class StateLock {
  public:
    // Waits up to `timeout` for another holder. `doing` is what others are told. Errors: locked, naming the
    // holder; state, where the file can't be locked at all.
    [[nodiscard]] static Result<StateLock> acquire(const OwnFile& state, const std::string& doing,
                                                   std::chrono::milliseconds timeout);
    // Who holds the lock at this moment; nothing where nobody does. Creates nothing. Errors: state.
    [[nodiscard]] static Result<std::optional<LockHolder>> holder(const OwnFile& state);

    StateLock(StateLock&& other) noexcept;
    StateLock& operator=(StateLock&& other) noexcept;
    ~StateLock();

  private:
    explicit StateLock(int fd) : fd_(fd) {}
    void release();
    int fd_;  // -1: moved from
};

}  // namespace tlm
