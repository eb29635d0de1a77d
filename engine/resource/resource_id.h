#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/packed_text.h"

namespace tlm {

// A UUID as RFC 9562 wants it written: 8-4-4-4-12 digits, of which the letters are small.
struct UuidForm {
    using Packed = std::array<unsigned char, 16>;
    [[nodiscard]] static std::optional<Packed> pack(std::string_view text);
    [[nodiscard]] static std::string text(const Packed& uuid);
    [[nodiscard]] static std::optional<std::strong_ordering> order(const Packed& left, const Packed& right) {
        return left <=> right;
    }
    [[nodiscard]] static std::size_t hash(const Packed& uuid) noexcept;
};

// The id that the target gave to a live resource; empty: none. Opaque: any text may be one, and nobody looks
// into it. But there are three of them for each resource of a large fleet, and as UUIDs, which Agamemnon's
// are, they take a third of what a string does.
using ResourceId = PackedText<UuidForm>;

}  // namespace tlm
