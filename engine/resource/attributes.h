#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace tlm {

// Every attribute that tlm knows of a resource, in the order in which plans show them. The words are the
// workflow file's where it has one. Which kind of resource has which attribute:
//   agent: label program program_args working_dir description runtime docker_image cpus memory host_id status
//   team:  members
//   task:  description assign_to blocked_by status
enum class Attribute : std::uint8_t {
    label,         // string: the plain name
    program,       // string
    program_args,  // list of strings, order matters
    working_dir,   // string
    description,   // string
    runtime,       // string: "local" or "docker"
    docker_image,  // string
    cpus,          // integer, whole CPUs
    memory,        // string such as "4g"
    host_id,       // string: the machine on which a docker agent runs
    members,       // list, order does not matter; live: agent ids, desired: agent names
    assign_to,     // string; live: an agent id, desired: an agent name
    blocked_by,    // list, order does not matter; live: task ids, desired: subjects
    status,        // string; agents: online offline error; tasks: pending running completed failed blocked
};
inline constexpr int kAttributeCount = static_cast<int>(Attribute::status) + 1;

// The name used in plans and messages, for example "working_dir".
[[nodiscard]] std::string_view attribute_name(Attribute attribute);
[[nodiscard]] std::optional<Attribute> parse_attribute(std::string_view name);

// Whether its values mean other resources: by id where they are live, by name where a workflow or plan says
// them.
[[nodiscard]] bool is_reference(Attribute attribute);

using StringList = std::vector<std::string>;
using Value = std::variant<std::string, std::int64_t, StringList>;

// An ordered map from attribute to value, small and flat, since a large fleet has half a million of them:
// which attributes there are as bits, and their values in the order of the enum. An attribute that is absent
// was not set (desired) or not reported (live).
class Attributes {
  public:
    class Iterator {
      public:
        using iterator_category = std::forward_iterator_tag;
        using iterator_concept = std::forward_iterator_tag;
        using difference_type = std::ptrdiff_t;
        using value_type = std::pair<Attribute, const Value&>;
        using reference = value_type;

        Iterator() = default;
        Iterator(std::uint16_t left, const Value* value) : left_(left), value_(value) {}
        value_type operator*() const { return {static_cast<Attribute>(std::countr_zero(left_)), *value_}; }
        Iterator& operator++() {
            left_ = static_cast<std::uint16_t>(left_ & (left_ - 1U));
            ++value_;
            return *this;
        }
        Iterator operator++(int) {
            Iterator before = *this;
            ++*this;
            return before;
        }
        friend bool operator==(const Iterator& a, const Iterator& b) { return a.left_ == b.left_; }

      private:
        std::uint16_t left_ = 0;  // the attributes from here on
        const Value* value_ = nullptr;
    };

    [[nodiscard]] const Value* find(Attribute attribute) const;
    // The string value, or "" where the attribute is absent or not a string.
    [[nodiscard]] std::string_view text(Attribute attribute) const;
    void set(Attribute attribute, Value value);
    void erase(Attribute attribute);
    void reserve(std::size_t count) { values_.reserve(count); }
    [[nodiscard]] bool empty() const { return present_ == 0; }
    [[nodiscard]] std::size_t size() const { return values_.size(); }
    [[nodiscard]] Iterator begin() const { return {present_, values_.data()}; }
    [[nodiscard]] static Iterator end() { return {}; }
    friend bool operator==(const Attributes&, const Attributes&) = default;

  private:
    static_assert(kAttributeCount <= 16);
    static std::uint16_t bit(Attribute attribute) {
        return static_cast<std::uint16_t>(1U << static_cast<unsigned>(attribute));
    }
    // Where the attribute's value is, or would be.
    [[nodiscard]] std::ptrdiff_t place(Attribute attribute) const {
        return std::popcount(static_cast<std::uint16_t>(present_ & (bit(attribute) - 1U)));
    }

    std::vector<Value> values_;
    std::uint16_t present_ = 0;
};

// Whether two values mean the same: lists whose order has no meaning are compared as sets.
[[nodiscard]] bool same_meaning(Attribute attribute, const Value& left, const Value& right);

// Compact canonical JSON of a value: "text", 3, ["a","b"]. Used for fingerprints and storage.
[[nodiscard]] std::string value_to_json(const Value& value);
// {"label":"a","cpus":2}: the canonical JSON object of all attributes, in enum order.
[[nodiscard]] std::string attributes_to_json(const Attributes& attributes);
// The reverse of attributes_to_json; nullopt where the text is not such an object or names an unknown
// attribute.
[[nodiscard]] std::optional<Attributes> attributes_from_json(std::string_view json);

}  // namespace tlm
