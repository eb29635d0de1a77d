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

    // Starts a call and returns at once. The caller bounds how many are in flight and has journalled the
    // call.
    virtual void submit(Call call) = 0;

    // Blocks until at least one submitted call has ended, or until `until`, and returns all that have; empty
    // also when none is in flight. Every call ends: the provider bounds each network wait.
    [[nodiscard]] virtual std::vector<Completion> wait(std::chrono::steady_clock::time_point until) = 0;

    // Ends what was submitted and nothing was sent of yet, with CallNotSent: the user wants to stop.
    virtual void give_up_unsent() = 0;
};

}  // namespace tlm
