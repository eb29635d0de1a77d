#pragma once

#include <chrono>
#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace tlm {

// A moment, exact whatever the number of decimals.
struct Instant {
    std::chrono::sys_seconds second;
    std::string fraction;  // decimals of the second, without zeros at the end

    friend bool operator==(const Instant&, const Instant&) = default;
    friend std::strong_ordering operator<=>(const Instant& left, const Instant& right) {
        if (left.second != right.second) return left.second <=> right.second;
        return left.fraction <=> right.fraction;
    }
};

// Reads RFC 3339 and what servers make of it: any number of decimals or none, `Z`, an offset (`+01:00`,
// `+0100`, `+01`) or neither, which is taken as UTC (Python's naive isoformat). Nothing where it is no such
// time.
[[nodiscard]] std::optional<Instant> read_instant(std::string_view text);

// A point in time in whole seconds as text: 2026-11-23T10:15:00Z. Years 0 to 9999.
[[nodiscard]] std::string utc_text(std::chrono::sys_seconds time);

// The time that such a string stands for; nothing where it has another form or there is no such day.
[[nodiscard]] std::optional<std::chrono::sys_seconds> read_utc_text(std::string_view text);

// A length of time for people, in the largest unit of which it has at least two, rounded down: "2 days", "90
// minutes", "1 second".
[[nodiscard]] std::string span_text(std::chrono::seconds span);

}  // namespace tlm
