#pragma once

#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "engine/resource/resource.h"

namespace tlm::nats {

// Which events are hints for someone who waits for tasks of some teams: by the subject alone. What stands in
// an event varies from worker to worker, and can't be relied on.
class TeamFilter {
  public:
    TeamFilter() = default;  // lets everything pass
    explicit TeamFilter(const std::vector<ResourceId>& teams);

    // Not where the subject certainly names a task of another team.
    [[nodiscard]] bool passes(std::string_view subject) const;

  private:
    std::unordered_set<std::string> teams_;  // none: all
};

}  // namespace tlm::nats
