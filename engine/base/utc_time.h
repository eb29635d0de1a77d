#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace tlm {

// A point in time in whole seconds as text: 2026-11-23T10:15:00Z. Years 0 to 9999.
[[nodiscard]] std::string utc_text(std::chrono::sys_seconds time);

// The time that such a string stands for; nothing where it has another form or there is no such day.
[[nodiscard]] std::optional<std::chrono::sys_seconds> read_utc_text(std::string_view text);

// A length of time for people, in the largest unit of which it has at least two, rounded down: "2 days", "90
// minutes", "1 second".
[[nodiscard]] std::string span_text(std::chrono::seconds span);

}  // namespace tlm
