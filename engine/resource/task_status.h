#pragma once

#include <string_view>

namespace tlm {

// The target's words for the status of a task. A server of release 0.1.0 knows pending, running, completed,
// failed and blocked; others say `error` or `cancelled` for a task that came to another end than it should.
[[nodiscard]] constexpr bool has_completed(std::string_view status) {
    return status == "completed";
}
[[nodiscard]] constexpr bool has_failed(std::string_view status) {
    return status == "failed" || status == "error" || status == "cancelled";
}
// Absent: a target that reports none.
[[nodiscard]] constexpr bool goes_on(std::string_view status) {
    return status.empty() || status == "pending" || status == "running" || status == "blocked";
}

}  // namespace tlm
