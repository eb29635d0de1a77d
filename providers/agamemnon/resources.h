#pragma once

#include <rapidjson/fwd.h>

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/ports/call.h"

namespace tlm::agamemnon {

// Makes a resource of its members, which are told one after the other as they stand in the server's JSON.
// Those that are not known cost a look at their name. Of several with one name the first counts. Members of a
// wrong type, and texts that are no UTF-8, count as not reported; without an id or a name it is not a
// resource.
//
// Texts are not copied until the resource is made, and must last for so long.
class ResourceReader {
  public:
    static constexpr std::size_t kMostMembers = kAttributeCount + 5;

    explicit ResourceReader(Kind kind) : kind_(kind) {}

    // Begins another one. Only an object can become a resource.
    void begin(bool object);
    // Names the member whose value is told next.
    void member(std::string_view name);
    // What the value is. Nothing is told of one that is neither text nor integer nor array.
    void text(std::string_view text);
    void integer(std::int64_t number);
    void list();
    // A text that stands in the array itself, not deeper. What else is in it does not count.
    void list_text(std::string_view text);
    // Of all that was told since `begin`. Errors: unreachable, saying what is wrong with it.
    [[nodiscard]] Result<LiveResource> resource();

  private:
    enum class Shape : std::uint8_t { other, text, integer, list };
    struct Member {
        Shape shape = Shape::other;
        std::string_view text;
        std::int64_t number = 0;
        std::size_t first = 0;  // of the array's texts, in texts_
        std::size_t count = 0;
        std::size_t bytes = 0;  // that Attributes need for it, beside the value's head
    };

    [[nodiscard]] bool has(std::uint8_t slot) const { return (present_ >> slot & 1U) != 0; }
    // Null where it is absent or no text.
    [[nodiscard]] const std::string_view* text_of(std::uint8_t slot) const;
    [[nodiscard]] std::span<const std::string_view> items_of(const Member& member) const;
    // Sets the attribute, unless the member is of a wrong type.
    void read_value(Attribute attribute, const Member& member, Attributes& to) const;
    void read_attributes(Attributes& attributes);

    Kind kind_;
    bool object_ = false;
    std::uint32_t present_ = 0;                 // which of members_ were told
    std::array<Member, kMostMembers> members_;  // those that are known, each in its slot
    Member* current_ = nullptr;                 // whose value is told; null where it does not count
    std::vector<std::string_view> texts_;       // of all arrays
};

// The same from JSON that is held as a value.
[[nodiscard]] Result<LiveResource> read_resource(Kind kind, const rapidjson::Value& json);

// The body of a create or an update, in the server's words.
[[nodiscard]] std::string create_body(Kind kind, const CreateCall& call);
[[nodiscard]] std::string update_body(Kind kind, const UpdateCall& call);
// Of a rename, which leaves everything else as it is, a team's members too.
[[nodiscard]] std::string rename_body(const RenameCall& call);

}  // namespace tlm::agamemnon
