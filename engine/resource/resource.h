#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/resource/attributes.h"
#include "engine/resource/resource_id.h"
#include "engine/resource/timestamp.h"

namespace tlm {

enum class Kind : std::uint8_t { agent, team, task };
[[nodiscard]] std::string_view kind_name(Kind kind);  // "agent", "team", "task"

// One resource as the target holds it. References inside `attributes` are ids.
struct LiveResource {
    Kind kind = Kind::agent;
    ResourceId id;
    std::string name;  // agents, teams: the live name, which is the key where it is ours; tasks: the subject
    ResourceId team;   // tasks only
    Timestamp created_at;   // as reported, empty where it is not
    Attributes attributes;  // what the target reports; what it does not report is absent
    friend bool operator==(const LiveResource&, const LiveResource&) = default;
};

}  // namespace tlm
