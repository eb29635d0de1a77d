#pragma once

#include <optional>
#include <string_view>

#include "engine/ports/state.h"
#include "engine/resource/task_status.h"

namespace tlm {

// How a task that the target reports with this status has ended; nothing while it goes on. Where the status
// is no word for a task's life (`closed`: somebody closed the server's issue of it), what is remembered of
// this task counts.
[[nodiscard]] inline std::optional<TaskEnd> task_end(std::string_view status,
                                                     std::optional<TaskEnd> remembered) {
    if (has_completed(status)) return TaskEnd::completed;
    if (has_failed(status)) return TaskEnd::failed;
    return goes_on(status) ? std::nullopt : remembered;
}

}  // namespace tlm
