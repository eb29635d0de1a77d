#include "engine/diff/change.h"

#include <algorithm>
#include <array>

#include "engine/base/sha256.h"

namespace tlm {
namespace {

constexpr std::array<std::string_view, 6> kActions = {"create", "update", "replace",
                                                      "delete", "adopt",  "none"};
constexpr std::array<std::string_view, 18> kReasons = {
    "absent",    "gone",      "forced",           "workflow_changed", "live_changed",
    "differs",   "stopped",   "member_recreated", "runtime_moved",    "tie",
    "unbound",   "blocked",   "orphan",           "duplicate",        "left_behind",
    "destroyed", "requested", "torn_down"};

template <typename Enum, std::size_t n>
std::optional<Enum> parse_name(const std::array<std::string_view, n>& names, std::string_view name) {
    const auto at = std::ranges::find(names, name);
    if (at == names.end()) return std::nullopt;
    return static_cast<Enum>(at - names.begin());
}

}  // namespace

std::string_view action_name(Action action) {
    return kActions[static_cast<std::size_t>(action)];
}
std::optional<Action> parse_action(std::string_view name) {
    return parse_name<Action>(kActions, name);
}
std::string_view reason_name(Reason reason) {
    return kReasons[static_cast<std::size_t>(reason)];
}
std::optional<Reason> parse_reason(std::string_view name) {
    return parse_name<Reason>(kReasons, name);
}

Attributes planned_attributes(const Change& change) {
    Attributes attributes;
    for (const AttributeChange& attribute : change.attributes) {
        if (attribute.after) attributes.set(attribute.attribute, *attribute.after);
    }
    return attributes;
}

std::string fingerprint(const Attributes& live, const std::vector<Attribute>& over) {
    Attributes covered;
    for (const Attribute attribute : over) {
        std::optional<Value> value = live.find(attribute);
        if (!value) continue;
        if (auto* list = std::get_if<StringList>(&*value);
            list != nullptr && attribute != Attribute::program_args) {
            std::ranges::sort(*list);
        }
        covered.set(attribute, *value);
    }
    return sha256_hex(attributes_to_json(covered));
}

}  // namespace tlm
