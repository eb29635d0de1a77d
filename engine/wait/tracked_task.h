#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/diff/change.h"
#include "engine/ports/state.h"

namespace tlm {

// How far a task has come, for whoever waits for it.
enum class TaskStage : std::uint8_t {
    waiting,    // for others to be completed
    ready,      // they are, and it is not submitted yet
    submitted,  // on the target, and not at its end
    completed,
    failed,   // on the target, or refused by it
    skipped,  // it can't run any more, because of another one
    lost,     // was submitted, and the target does not list it any more
};
inline constexpr std::size_t kTaskStages = 7;
[[nodiscard]] std::string_view stage_name(TaskStage stage);
// Whether nothing more is going to happen to it.
[[nodiscard]] constexpr bool at_end(TaskStage stage) {
    return stage >= TaskStage::completed;
}

// How it ended, as it is remembered: not of those that are not at their end, nor of one that is lost.
[[nodiscard]] std::optional<TaskEnd> end_of(TaskStage stage);
[[nodiscard]] TaskStage stage_of(TaskEnd end);

// A task that is waited for.
struct TrackedTask {
    using TimePoint = std::chrono::steady_clock::time_point;

    Address address;
    TaskStage stage = TaskStage::waiting;
    ResourceId id;             // once it is submitted
    ResourceId team;           // likewise
    std::string assign_to;     // an agent's name
    std::string status;        // the target's word for it, once it is submitted
    std::string reason;        // of failed, in the target's words; of skipped, the address that is to blame
    TimePoint submitted_at{};  // or first seen by this run
    TimePoint since{};         // of the status
    const Change* create = nullptr;  // in the plan, where it is still to be submitted
};

}  // namespace tlm
