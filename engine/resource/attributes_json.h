#pragma once

#include <rapidjson/fwd.h>

#include <optional>

#include "engine/resource/attributes.h"

namespace tlm {

// attributes_from_json for who has parsed the text already, as a part of a larger one.
[[nodiscard]] std::optional<Attributes> attributes_from_value(const rapidjson::Value& json);

}  // namespace tlm
