#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "tests/simulator/admin.h"
#include "tests/simulator/faults.h"
#include "tests/simulator/message.h"
#include "tests/simulator/progress.h"
#include "tests/simulator/rate_limit.h"
#include "tests/simulator/routes.h"
#include "tests/simulator/simulator.h"
#include "tests/simulator/store.h"
#include "tests/simulator/traffic.h"

namespace tlm::simulator {

// The server without its sockets: key, limit, faults and routes, in this order. For one thread.
class Application {
  public:
    // `drop_connections` closes all connections but the one with that number.
    Application(const SimulatorOptions& options, std::function<void(std::uint64_t)> drop_connections);
    Application(const Application&) = delete;
    Application& operator=(const Application&) = delete;

    // A reply must not outlive the application.
    [[nodiscard]] Reply handle(Request request);
    // Does what is due by now. When the next thing is due, if anything is.
    std::optional<Progress::Time> pass(Progress::Time now) { return progress_.pass(now); }
    // A restart, with or without memory, but for the connections.
    void restart(bool memory);

  private:
    using Shared = std::shared_ptr<const Request>;

    [[nodiscard]] Reply serve(const Shared& request, const Match& match);
    [[nodiscard]] bool has_key(const Request& request) const;

    std::string api_key_;
    std::chrono::milliseconds delay_;
    std::function<void()> kill_;
    std::function<void(std::uint64_t)> drop_connections_;
    RateLimit limit_;
    Store store_;
    Progress progress_{store_};
    Faults faults_;
    Traffic traffic_;
};

}  // namespace tlm::simulator
