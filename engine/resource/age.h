#pragma once

#include <chrono>
#include <compare>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/resource/resource.h"

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

// Sorts resources with the same key from the oldest to the youngest, a rule that every machine computes
// alike: by creation time, then by id. Where any of the times can't be read, ids alone decide.
void sort_by_age(std::vector<const LiveResource*>& resources);

}  // namespace tlm
