#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/ports/call.h"
#include "engine/snapshot/snapshot.h"

namespace tlm {

// Reading a fleet. Planning and drift are given this and nothing else, so that they can't write.
// Not thread-safe: one thread uses an instance.
class FleetReader {
  public:
    virtual ~FleetReader() = default;

    // The whole fleet, lists read to their ends. Errors: unreachable, denied.
    [[nodiscard]] virtual Result<Snapshot> read_fleet() = 0;

    // Every live agent or team with this name (the key), or every task of `team` with this subject, asked of
    // the target now. Empty means that the target knows none. Errors: unreachable, denied.
    [[nodiscard]] virtual Result<std::vector<LiveResource>> find(Kind kind, std::string_view name,
                                                                 const ResourceId& team) = 0;
};

// Changing a fleet. Only apply is given this. Not thread-safe: one thread uses an instance; what goes on in
// parallel is the provider's own affair.
class FleetWriter {
  public:
    virtual ~FleetWriter() = default;

    // Starts a call and returns at once. The caller bounds how many are in flight and has journalled the
    // call.
    virtual void submit(Call call) = 0;

    // Blocks until at least one submitted call has ended and returns all that have; empty when none is in
    // flight. Every call ends: the provider bounds each network wait.
    [[nodiscard]] virtual std::vector<Completion> wait() = 0;
};

}  // namespace tlm
