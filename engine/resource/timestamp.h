#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/packed_text.h"

namespace tlm {

// 2026-11-23T10:15:00Z, with up to nine decimals of a second or none. Whether there is such a day is not
// looked at.
struct UtcForm {
    struct Packed {
        std::uint64_t digits = 0;  // from the year to the second, as one number
        std::uint32_t fraction = 0;
        std::uint8_t decimals = 0;
        friend bool operator==(const Packed&, const Packed&) = default;
    };
    [[nodiscard]] static std::optional<Packed> pack(std::string_view text);
    [[nodiscard]] static std::string text(const Packed& time);
    [[nodiscard]] static std::optional<std::strong_ordering> order(const Packed& left, const Packed& right);
    [[nodiscard]] static std::size_t hash(const Packed& time) noexcept;
};

// A point in time as somebody reported it; empty: not at all. Ordered as its string: sort_by_age() of
// engine/resource/age.h knows the order in time.
using Timestamp = PackedText<UtcForm>;

}  // namespace tlm
