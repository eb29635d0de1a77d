#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "engine/resource/attributes.h"

namespace tlm {

enum class Kind : std::uint8_t { agent, team, task };
[[nodiscard]] std::string_view kind_name(Kind kind);  // "agent", "team", "task"

// The id that the target gave to a live resource. Opaque: never assumed to be a UUID.
struct ResourceId {
    std::string value;
    friend auto operator<=>(const ResourceId&, const ResourceId&) = default;
    [[nodiscard]] bool empty() const { return value.empty(); }
};

// One resource as the target holds it. References inside `attributes` are ids.
struct LiveResource {
    Kind kind = Kind::agent;
    ResourceId id;
    std::string name;  // agents, teams: the live name, which is the key where it is ours; tasks: the subject
    ResourceId team;   // tasks only
    std::string created_at;  // as reported (ISO 8601 UTC), empty where it is not
    Attributes attributes;   // what the target reports; what it does not report is absent
    friend bool operator==(const LiveResource&, const LiveResource&) = default;
};

}  // namespace tlm

template <>
struct std::hash<tlm::ResourceId> {
    std::size_t operator()(const tlm::ResourceId& id) const noexcept {
        return std::hash<std::string>{}(id.value);
    }
};
