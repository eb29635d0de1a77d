#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/resource/address.h"
#include "engine/workflow/workflow.h"

namespace tlm {

// A set of attributes.
class AttributeSet {
  public:
    void add(Attribute attribute) { bits_ |= 1U << static_cast<unsigned>(attribute); }
    void remove(Attribute attribute) { bits_ &= ~(1U << static_cast<unsigned>(attribute)); }
    [[nodiscard]] bool has(Attribute attribute) const {
        return ((bits_ >> static_cast<unsigned>(attribute)) & 1U) != 0;
    }
    friend bool operator==(AttributeSet, AttributeSet) = default;

  private:
    std::uint32_t bits_ = 0;
};

// A resource as a workflow wants it. References inside `attributes` are names within the same workflow.
struct DesiredResource {
    Address address;
    std::string key;        // agents and teams: the live name; tasks: empty
    Attributes attributes;  // what a create sends, defaults included
    AttributeSet managed;   // those that the workflow sets: compared, changed, drift

    // Resources that must exist first: a team's agents; a task's team and assignee. Made from the attributes.
    [[nodiscard]] std::vector<Address> references() const;
    // Tasks: those that must be completed before this one is submitted.
    [[nodiscard]] std::vector<Address> blocked_by() const;
};

// What the workflows want, sorted by address. `host_id` names the machine for docker agents; empty: not set.
// Agents and teams are taken out of the workflows, so that a large fleet is not held twice; what else a
// workflow says stays.
[[nodiscard]] std::vector<DesiredResource> take_desired_resources(std::vector<Workflow>& workflows,
                                                                  const std::string& host_id);
// The same, with workflows to spare.
[[nodiscard]] inline std::vector<DesiredResource> desired_resources(std::vector<Workflow> workflows,
                                                                    const std::string& host_id) {
    return take_desired_resources(workflows, host_id);
}

}  // namespace tlm
