#pragma once

#include <string>

namespace tlm::state {

// The time now as ISO 8601 UTC with milliseconds: 2026-11-23T10:15:00.123Z.
[[nodiscard]] std::string utc_now();

// 128 random bits as 32 lower-case hex digits.
[[nodiscard]] std::string random_hex();

}  // namespace tlm::state
