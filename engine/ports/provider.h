#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/ports/call.h"
#include "engine/snapshot/snapshot.h"

namespace tlm {

inline constexpr auto kForever = std::chrono::steady_clock::time_point::max();

// An agent or team by its live name (the key), or a task by its team and subject.
struct LookUp {
    Kind kind = Kind::agent;
    std::string name;
    ResourceId team;  // tasks only
};

// Reading a fleet. Planning and drift are given this and nothing else, so that they can't write.
// Not thread-safe: one thread uses an instance.
class FleetReader {
  public:
    virtual ~FleetReader() = default;

    // The whole fleet, lists read to their ends. Errors: unreachable, denied.
    [[nodiscard]] virtual Result<Snapshot> read_fleet() = 0;

    // The tasks of these teams, and those of everybody where that takes fewer requests or no team is given.
    // Errors as above.
    [[nodiscard]] virtual Result<Snapshot> read_tasks(const std::vector<ResourceId>& teams) = 0;

    // For each that is looked for, every live carrier of the name, asked of the target now; what is asked
    // together costs little more than one. Empty means that there certainly is none. Errors: unreachable,
    // also where the target's lists keep shifting; denied.
    [[nodiscard]] virtual Result<std::vector<std::vector<LiveResource>>> find(
        const std::vector<LookUp>& wanted) = 0;
};

// Changing a fleet. Only apply is given this. Not thread-safe: one thread uses an instance; what goes on in
// parallel is the provider's own affair.
class FleetWriter {
  public:
    virtual ~FleetWriter() = default;

    // From now on at most so many calls are on their way to the target at once. Returns how many may be
    // submitted and not ended at a time: the same number, or more where some may wait here for their turn,
    // which is in the order in which they were submitted. Then one that ends makes room for the next by
    // itself, however long the caller is busy with its journal.
    [[nodiscard]] virtual std::size_t at_once(std::size_t calls) = 0;

    // Starts a call and returns at once. The caller has journalled it, and heeds what at_once said.
    virtual void submit(Call call) = 0;

    // Blocks until at least one submitted call has ended, or until `until`, and returns all that have; empty
    // also when none is in flight, and when the user has asked to stop meanwhile. Every call ends: the
    // provider bounds each network wait.
    [[nodiscard]] virtual std::vector<Completion> wait(std::chrono::steady_clock::time_point until) = 0;

    // Ends what was submitted and nothing was sent of yet, with CallNotSent: the user wants to stop.
    virtual void give_up_unsent() = 0;
};

}  // namespace tlm
