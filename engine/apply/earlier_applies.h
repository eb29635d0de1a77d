#pragma once

#include <unordered_map>
#include <unordered_set>

#include "engine/apply/settle.h"
#include "engine/plan/plan.h"
#include "engine/ports/state.h"

namespace tlm {

// What earlier applies of one plan did, and what the plan itself says of ids, as `settle` asks for it. What
// it gives refers into it, and it must not be moved meanwhile.
class EarlierApplies {
  public:
    EarlierApplies(const Plan& plan, const PlanProgress& progress)
        : taken_down_(progress.taken_down.begin(), progress.taken_down.end()) {
        for (const Change& change : plan.changes) {
            if (change.action == Action::remove) removed_.insert(change.id);
            if (change.action == Action::replace) stood_for_.emplace(change.id, change.address);
        }
        for (const auto& [address, id] : progress.made) {
            made_.insert_or_assign(address, id);
            stood_for_.insert_or_assign(id, address);
        }
    }

    [[nodiscard]] Earlier of(const Change& change) const {
        Earlier earlier;
        if (const auto made = made_.find(change.address); made != made_.end()) earlier.made = made->second;
        earlier.taken_down = taken_down_.contains(change.id);
        earlier.stood_for = &stood_for_;
        earlier.removed_by_plan = &removed_;
        return earlier;
    }

  private:
    std::unordered_map<Address, ResourceId> made_;
    std::unordered_map<ResourceId, Address> stood_for_;  // by id: what the plan replaces, and made
    std::unordered_set<ResourceId> taken_down_;
    std::unordered_set<ResourceId> removed_;  // what the plan deletes
};

}  // namespace tlm
