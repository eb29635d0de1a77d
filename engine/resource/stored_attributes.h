#pragma once

#include <optional>
#include <string>
#include <utility>

#include "engine/resource/attributes.h"

namespace tlm {

// Attributes as the state keeps them: the text of attributes_to_json, which is read when somebody asks, since
// of a large fleet that is in place nobody asks for most.
class StoredAttributes {
  public:
    StoredAttributes() = default;
    StoredAttributes(const Attributes& attributes)  // NOLINT(google-explicit-constructor): they mean the same
        : json_(attributes_to_json(attributes)) {}
    // `json` is taken as it is. What is no such text reads as if nothing was stored.
    [[nodiscard]] static StoredAttributes from_json(std::string json) {
        StoredAttributes stored;
        stored.json_ = std::move(json);
        return stored;
    }

    [[nodiscard]] const std::string& json() const { return json_; }
    // All of them; for more than one it is cheaper than asking one by one.
    [[nodiscard]] Attributes read() const { return attributes_from_json(json_).value_or(Attributes()); }
    [[nodiscard]] std::optional<Value> find(Attribute attribute) const { return read().find(attribute); }
    friend bool operator==(const StoredAttributes&, const StoredAttributes&) = default;

  private:
    std::string json_ = "{}";
};

}  // namespace tlm
