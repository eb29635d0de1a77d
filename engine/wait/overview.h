#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/resource/desired.h"
#include "engine/snapshot/fleet_index.h"
#include "engine/wait/tracked_task.h"

namespace tlm {

// A task as it is at one moment.
struct TaskView {
    Address address;
    TaskStage stage = TaskStage::waiting;  // waiting, ready, submitted, completed, failed or skipped
    std::string status;                    // the target's word, once it is submitted
    std::string assign_to;                 // an agent's name
    std::vector<Address> waits_for;        // that are not completed yet
    std::string reason;                    // of skipped: the address that is to blame
    std::string created_at;                // as the target reports it
};

// A workflow as it is at one moment.
struct WorkflowView {
    std::string name;
    std::size_t agents = 0;  // desired
    std::size_t agents_online = 0;
    std::size_t teams = 0;  // desired
    std::size_t teams_there = 0;
    std::vector<TaskView> tasks;  // by address
    std::optional<TornDown> torn_down;
};

// How far the workflows have come, by name. `desired` is sorted by address. Of a task that the target does
// not show any more, how it ended says what the index remembers.
[[nodiscard]] std::vector<WorkflowView> overview(const std::vector<DesiredResource>& desired,
                                                 const FleetIndex& fleet,
                                                 const std::vector<TornDown>& torn_down = {});

}  // namespace tlm
