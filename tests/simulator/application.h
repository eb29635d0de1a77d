#pragma once

#include <memory>
#include <string>

#include "tests/simulator/admin.h"
#include "tests/simulator/faults.h"
#include "tests/simulator/message.h"
#include "tests/simulator/rate_limit.h"
#include "tests/simulator/routes.h"
#include "tests/simulator/simulator.h"
#include "tests/simulator/store.h"
#include "tests/simulator/traffic.h"

namespace tlm::simulator {

// The server without its sockets: key, limit, faults and routes, in this order. For one thread.
class Application {
  public:
    explicit Application(const SimulatorOptions& options);
    Application(const Application&) = delete;
    Application& operator=(const Application&) = delete;

    // A reply must not outlive the application.
    [[nodiscard]] Reply handle(Request request);

  private:
    using Shared = std::shared_ptr<const Request>;

    [[nodiscard]] Reply serve(const Shared& request, const Match& match);
    [[nodiscard]] bool has_key(const Request& request) const;

    std::string api_key_;
    std::chrono::milliseconds delay_;
    std::function<void()> kill_;
    RateLimit limit_;
    Store store_;
    Faults faults_;
    Traffic traffic_;
};

}  // namespace tlm::simulator
