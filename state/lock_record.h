#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tlm {

// Who holds a state's lock. What is not known is empty, or 0.
struct LockHolder {
    std::string user;
    std::string host;
    std::int64_t pid = 0;
    std::string since;  // ISO 8601 UTC
    std::string doing;  // the command, for example "apply"
    friend bool operator==(const LockHolder&, const LockHolder&) = default;
};

namespace state {

// This process, now.
[[nodiscard]] LockHolder this_process(const std::string& doing);
// One line of JSON with its line end.
[[nodiscard]] std::string to_record(const LockHolder& holder);
// The reverse. Anything else than such a line gives a holder of whom nothing is known.
[[nodiscard]] LockHolder from_record(std::string_view text);
// `ann on build-1 (pid 42) since 2026-11-23T10:15:00.123Z, doing apply`.
[[nodiscard]] std::string describe(const LockHolder& holder);

}  // namespace state
}  // namespace tlm
