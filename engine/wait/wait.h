#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/apply/executor.h"
#include "engine/ports/wake_up.h"
#include "engine/wait/tear_down.h"
#include "engine/wait/tracked_task.h"

namespace tlm {

struct WaitSettings {
    std::chrono::milliseconds poll_min{250};   // between two reads of the tasks, where something moves
    std::chrono::milliseconds poll_max{5000};  // where nothing does for long
    // While somebody tells when to look, where nobody tells anything; never shorter than poll_max.
    std::chrono::milliseconds poll_untold{30000};
    int patience = 10;                            // reads in a row that may fail
    std::chrono::milliseconds retry_after{5000};  // a read that failed
    // By workflow: how long its tasks are waited for, from the beginning of this wait. Those that are not
    // named have no limit.
    std::map<std::string, std::chrono::milliseconds> limits;
};

// What waiting came to. Refers into the plan.
struct WaitReport {
    std::vector<TrackedTask> tasks;         // by address
    std::vector<TeardownReport> teardowns;  // of this run, by the time of their end
    std::vector<TeardownRule> kept;         // whose tasks are at their end, and did not end as it says
    std::vector<std::string> overdue;       // workflows whose time was up before their tasks were at an end
    std::chrono::steady_clock::time_point ended_at{};
    std::vector<std::string> cancelled;  // workflows that are not waited for any more, as somebody asked
    bool interrupted = false;            // the user asked to stop
    std::optional<Error> stopped_by;     // what ended it early: denied, unreachable, state
    // Whether every task is completed.
    [[nodiscard]] bool all_completed() const;
    // Whether everything went that was to be taken down.
    [[nodiscard]] bool all_torn_down() const;
};

// After `execute`: submits each task that waits as soon as all that it waits for are completed, through the
// same executor and journal, until each is at an end or its time is up. The tasks are read again and again,
// at a pace that adapts, or when `wake_up` says so, if there is one and as long as it is connected. Waited
// for are, too, the tasks of the plan's workflows that were submitted before; of these only `desired`, where
// the workflows were read. --target and --exclude hold. A workflow whose tasks are all at their end is taken
// down at once, where the plan says so of how it ended; `applied` is what the apply before came to. Errors:
// those of the first read; whatever happens later is in the report.
[[nodiscard]] Result<WaitReport> wait_for_tasks(const Plan& plan,
                                                const std::optional<std::vector<Address>>& desired,
                                                const ApplyReport& applied, ApplyPorts& ports,
                                                const ApplySettings& settings, const WaitSettings& wait,
                                                WakeUp* wake_up = nullptr);

}  // namespace tlm
