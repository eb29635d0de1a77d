#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "engine/ports/state.h"
#include "engine/resource/address.h"
#include "engine/snapshot/snapshot.h"

namespace tlm {

// The live resources that carry one key (or one team and subject). `chosen` is the one that the address
// means: the oldest (`created_at`, then smallest id) of those that no --force left behind, a rule that every
// machine computes alike, so that two that made the same resource at the same time end with the same one.
// Where nothing carries the key, the one that is bound is meant all the same.
struct Match {
    const LiveResource* chosen = nullptr;
    bool bound = false;                        // whether the state binds the address to `chosen`
    std::vector<const LiveResource*> surplus;  // the others, oldest first
};

// Finds live resources by id, by key and by address. Refers into the snapshot and the bindings, which must
// outlive it. Pure: built once for each snapshot.
class FleetIndex {
  public:
    FleetIndex(const Snapshot& snapshot, const std::vector<Binding>& bindings,
               const std::vector<LeftBehind>& left_behind, const std::vector<EndedTask>& ended = {});

    // Whether the snapshot is known to hold everything: else what is not found may exist.
    [[nodiscard]] bool consistent() const { return consistent_; }
    // By a forced apply, on purpose.
    [[nodiscard]] bool was_left_behind(const ResourceId& id) const { return left_behind_.contains(id); }

    [[nodiscard]] const LiveResource* by_id(Kind kind, const ResourceId& id) const;
    [[nodiscard]] const Binding* binding(const Address& address) const;
    // The binding that points at this live resource, or null.
    [[nodiscard]] const Binding* bound_to(Kind kind, const ResourceId& id) const;
    [[nodiscard]] Match match(const Address& address) const;
    // How a task ended, where the state remembers it. What the target shows of it says more.
    [[nodiscard]] std::optional<TaskEnd> end_of(const Address& task) const;
    // The addresses of the team's tasks that are bound.
    [[nodiscard]] const std::vector<Address>& bound_tasks(const Address& team) const;

    // An agent's or task's id as a workflow would write it: the name (subject) where the id is what that
    // address of `workflow` means (among `candidates`, or by a binding), else `id:…`.
    [[nodiscard]] std::string reference_name(const Address& owner, Kind kind, const std::string& id,
                                             const StringList& candidates) const;
    // The attributes with references turned into names by reference_name. `candidates` are the names that the
    // desired or planned values hold for the same references.
    [[nodiscard]] Attributes named(const Address& owner, const Attributes& live,
                                   const Attributes& candidates) const;

  private:
    using Group = std::vector<const LiveResource*>;
    [[nodiscard]] const Group* group(const Address& address) const;
    [[nodiscard]] const LiveResource* eldest(const Group& carriers) const;
    void find_passed_over(const Group& carriers);

    bool consistent_;
    std::unordered_set<ResourceId> left_behind_;
    // Carriers of a key that another carrier is preferred to: what is bound to them has lost a tie.
    std::unordered_set<const LiveResource*> passed_over_;

    std::unordered_map<ResourceId, const LiveResource*> by_id_[3];
    std::unordered_map<std::string_view, Group> by_name_[2];  // agents, teams
    std::unordered_map<std::string, Group> by_subject_;       // team id, NUL, subject
    std::unordered_map<Address, const Binding*> bindings_;
    std::unordered_map<ResourceId, const Binding*> bound_ids_[3];
    std::unordered_map<Address, std::vector<Address>> bound_tasks_;  // by team
    std::unordered_map<Address, TaskEnd> ends_;
};

}  // namespace tlm
