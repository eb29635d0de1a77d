#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <memory_resource>
#include <span>
#include <string_view>
#include <type_traits>
#include <variant>

#include "engine/base/json_depth.h"
#include "engine/workflow/diagnostics.h"
#include "engine/workflow/scalars.h"

namespace tlm {

// Line and column of a node, from 1. The file is that of the whole document.
struct Mark {
    std::uint32_t line = 1;
    std::uint32_t column = 1;
};

struct Node;

struct Member {
    std::string_view name;
    Mark mark;  // of the name
    const Node* value = nullptr;
};

enum class NodeType : std::uint8_t { scalar, sequence, mapping };

// A part of a YAML or JSON document that knows its place. Small, since a large fleet has millions. What it
// refers to is the document's.
struct Node {
    using Items = std::span<const Node* const>;
    using Members = std::span<const Member>;  // each name once

    Mark mark;
    std::uint32_t weight =
        1;  // of the subtree with its aliases expanded: its nodes, and 1 for 128 bytes of text
    NodeType type = NodeType::scalar;
    ScalarType scalar = ScalarType::string;
    // An alias holds its target, which is none, and has a place of its own.
    std::variant<std::string_view, Items, Members, const Node*> content;

    [[nodiscard]] const Node& target() const {
        const auto* const* alias = std::get_if<const Node*>(&content);
        return alias == nullptr ? *this : **alias;
    }
    [[nodiscard]] std::string_view text() const { return std::get<std::string_view>(target().content); }
    [[nodiscard]] Items items() const { return std::get<Items>(target().content); }
    [[nodiscard]] Members members() const { return std::get<Members>(target().content); }
};

// Where the nodes of one file and their texts are kept, one behind the other. Nothing in it is destroyed.
using DocumentMemory = std::pmr::monotonic_buffer_resource;
static_assert(std::is_trivially_destructible_v<Node> && std::is_trivially_destructible_v<Member>);

// The nodes of one file. Pointers into it stay good when it is moved.
struct Document {
    std::unique_ptr<DocumentMemory> memory;
    const Node* root = nullptr;  // null where the file can't be read; `diagnostics` then say why
    std::size_t file = 0;
};

inline constexpr std::size_t kMostBytes = std::size_t{1} << 30U;
inline constexpr std::size_t kMostDepth = kMostJsonDepth;  // of YAML, too
// Far more than any fleet needs, and less than what would exhaust memory.
inline constexpr std::size_t kMostNodes = 20'000'000;
// What aliases may add: up to kMostExpansion, and no more than kMostGrowth times what the file itself holds
// (small files may add kFreeExpansion in any case).
inline constexpr std::uint64_t kMostExpansion = 5'000'000;
inline constexpr std::uint64_t kMostGrowth = 100;
inline constexpr std::uint64_t kFreeExpansion = 100'000;

// `file` is the index that positions carry. Faults go to `diagnostics`.
[[nodiscard]] Document read_yaml(std::string_view text, std::size_t file, Diagnostics& diagnostics);
[[nodiscard]] Document read_json(std::string_view text, std::size_t file, Diagnostics& diagnostics);

}  // namespace tlm
