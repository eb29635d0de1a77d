#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <optional>
#include <span>
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

// An ordered map from attribute to value. A large fleet has half a million of them, so that its values stand
// one behind the other in one piece of memory, in the order of the enum, and are taken out when asked for. An
// attribute that is absent was not set (desired) or not reported (live).
class Attributes {
    // A value begins with how many bytes its content has, and which alternative of Value it is.
    static constexpr std::size_t kHead = sizeof(std::uint32_t) + 1;

  public:
    // One after the other, without taking the values out. `packed` is the same for equal values, and for no
    // others.
    struct Entry {
        Attribute attribute = Attribute::label;
        std::string_view packed;
        [[nodiscard]] Value value() const;
    };
    class EntryIterator {
      public:
        using iterator_category = std::input_iterator_tag;
        using difference_type = std::ptrdiff_t;
        using value_type = Entry;

        EntryIterator() = default;
        EntryIterator(std::uint16_t left, const char* at) : left_(left), at_(at) {}
        Entry operator*() const {
            return {static_cast<Attribute>(std::countr_zero(left_)), {at_, size_at(at_)}};
        }
        EntryIterator& operator++() {
            left_ = static_cast<std::uint16_t>(left_ & (left_ - 1U));
            at_ += size_at(at_);
            return *this;
        }
        EntryIterator operator++(int) {
            EntryIterator before = *this;
            ++*this;
            return before;
        }
        friend bool operator==(const EntryIterator& a, const EntryIterator& b) { return a.left_ == b.left_; }

      protected:
        std::uint16_t left_ = 0;  // the attributes from here on
        const char* at_ = nullptr;
    };
    struct Entries {
        EntryIterator first;
        [[nodiscard]] EntryIterator begin() const { return first; }
        [[nodiscard]] static EntryIterator end() { return {}; }
    };
    // Of pairs of an attribute and a copy of its value.
    class Iterator : public EntryIterator {
      public:
        using value_type = std::pair<Attribute, Value>;

        using EntryIterator::EntryIterator;
        value_type operator*() const {
            const Entry entry = EntryIterator::operator*();
            return {entry.attribute, entry.value()};
        }
        Iterator& operator++() {
            EntryIterator::operator++();
            return *this;
        }
        Iterator operator++(int) {
            Iterator before = *this;
            ++*this;
            return before;
        }
    };

    [[nodiscard]] bool has(Attribute attribute) const { return (present_ & bit(attribute)) != 0; }
    [[nodiscard]] std::optional<Value> find(Attribute attribute) const;
    // As in Entry; empty where the attribute is absent.
    [[nodiscard]] std::string_view packed(Attribute attribute) const;
    // The string value, or "" where the attribute is absent or not a string. As long as nothing is set.
    [[nodiscard]] std::string_view text(Attribute attribute) const;
    // In the order of the enum it is cheapest.
    void set(Attribute attribute, const Value& value);
    void set_text(Attribute attribute, std::string_view text);
    void set_list(Attribute attribute, std::span<const std::string_view> items);
    void erase(Attribute attribute);
    // Room for so many values whose texts have so many bytes together. An item of a list takes four more.
    void reserve(std::size_t values, std::size_t bytes) { packed_.reserve(values * kHead + bytes); }
    [[nodiscard]] bool empty() const { return present_ == 0; }
    [[nodiscard]] std::size_t size() const { return static_cast<std::size_t>(std::popcount(present_)); }
    [[nodiscard]] Entries entries() const { return {{present_, packed_.data()}}; }
    [[nodiscard]] Iterator begin() const { return {present_, packed_.data()}; }
    [[nodiscard]] static Iterator end() { return {}; }
    // What it is made of, for a cache on this machine; from_bytes gives nothing where it was not.
    [[nodiscard]] std::uint16_t mask() const { return present_; }
    [[nodiscard]] std::string_view bytes() const { return packed_; }
    [[nodiscard]] static std::optional<Attributes> from_bytes(std::uint16_t mask, std::string_view bytes);
    friend bool operator==(const Attributes&, const Attributes&) = default;

  private:
    static_assert(kAttributeCount <= 16);
    static std::uint16_t bit(Attribute attribute) {
        return static_cast<std::uint16_t>(1U << static_cast<unsigned>(attribute));
    }
    // Of the value that begins there, its head included.
    static std::size_t size_at(const char* at) {
        std::uint32_t bytes = 0;
        std::memcpy(&bytes, at, sizeof bytes);
        return kHead + bytes;
    }
    // Where the attribute's value begins, or would.
    [[nodiscard]] std::size_t place(Attribute attribute) const;
    // Makes place for a value of the attribute and returns where.
    std::size_t take_out(Attribute attribute);
    void put(Attribute attribute, char type, std::string_view content);

    std::string packed_;
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
