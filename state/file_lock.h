#pragma once

#include <sys/types.h>

#include <string>

#include "engine/base/result.h"

namespace tlm::state {

enum class Attempt { taken, held };

// An open state, for locking and nothing else. Its descriptor is never closed: closing any descriptor of a
// file drops the locks that SQLite has on it in this process. It is kept for the next lock on the same file
// instead. Not thread-safe.
class StateDescriptor {
  public:
    // Follows no link. Errors: not_found where there is no file; state.
    [[nodiscard]] static Result<StateDescriptor> open(const std::string& file, bool to_write);
    StateDescriptor(StateDescriptor&& other) noexcept;
    StateDescriptor& operator=(StateDescriptor&&) = delete;
    ~StateDescriptor();

    // Locks the whole range, which other holders of it exclude.
    [[nodiscard]] Result<Attempt> try_lock() const;
    // Whether another descriptor has it locked.
    [[nodiscard]] Result<bool> locked_elsewhere() const;
    void unlock() const;
    // False: the path has got another file since. A lock on the old one excludes nobody.
    [[nodiscard]] bool is_at_path() const;

  private:
    StateDescriptor(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}
    int fd_;  // -1: moved from
    std::string path_;
};

// `STATE.lock`, which earlier releases lock as a whole and write their holder's record to.
class LegacyLock {
  public:
    // Creates the file with mode 0600 where it is missing. Errors: state, also where it is a link or another
    // user's.
    [[nodiscard]] static Result<LegacyLock> open_or_create(const std::string& state_file);
    // The same without creating it or writing to it. Errors: not_found where there is none; state.
    [[nodiscard]] static Result<LegacyLock> open(const std::string& state_file);
    LegacyLock(LegacyLock&& other) noexcept;
    LegacyLock& operator=(LegacyLock&&) = delete;
    // Ends the lock.
    ~LegacyLock();

    // A file that was replaced in the meantime counts as held: the next attempt opens the new one.
    [[nodiscard]] Result<Attempt> try_lock() const;
    [[nodiscard]] Result<bool> locked_elsewhere() const;
    // The first line of the file.
    [[nodiscard]] std::string record() const;
    [[nodiscard]] Result<void> write_record(const std::string& record);

  private:
    LegacyLock(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}
    int fd_;  // -1: moved from
    std::string path_;
    bool wrote_ = false;
};

}  // namespace tlm::state
