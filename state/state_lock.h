#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "engine/base/result.h"
#include "state/lock_record.h"
#include "state/storage/private_file.h"

namespace tlm {

// The right to change a state: one process at a time has it. It is a lock of the operating system on the
// state's file itself, above the bytes that SQLite uses, so that it ends with the process that holds it,
// however that ends, and a file that two paths lead to has one lock. Whoever can't open the state can't lock
// it. Who holds it is a row of the state. Earlier releases lock `STATE.lock` instead; it is locked too.
//
// Order: take the lock before a StateFile is opened to write, and let it go after that. A process that forks
// while it holds the lock shares it with its child. Not thread-safe.
class StateLock {
  public:
    // Waits up to `timeout` for another holder. The state is created where it is missing. `doing` is what
    // others are told. Errors: locked, naming the holder; state, where the file can't be locked at all.
    [[nodiscard]] static Result<StateLock> acquire(const OwnFile& state, const std::string& doing,
                                                   std::chrono::milliseconds timeout);
    // Who holds the lock at this moment; nothing where nobody does. Creates nothing. Errors: state.
    [[nodiscard]] static Result<std::optional<LockHolder>> holder(const OwnFile& state);

    StateLock(StateLock&& other) noexcept;
    StateLock& operator=(StateLock&& other) noexcept;
    ~StateLock();

  private:
    struct Held;
    explicit StateLock(std::unique_ptr<Held> held);
    std::unique_ptr<Held> held_;  // null: moved from
};

}  // namespace tlm
