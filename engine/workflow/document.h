#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/workflow/workflow.h"

namespace tlm {

// A YAML or JSON document as a tree in which everything knows its place. Subtrees that an alias names are
// shared.
struct Node;
using NodePtr = std::shared_ptr<const Node>;

enum class NodeType : std::uint8_t { scalar, sequence, mapping };

struct Member {
    std::string name;
    Position position;  // of the name
    NodePtr value;
};

struct Node {
    NodeType type = NodeType::scalar;
    bool plain = false;  // scalar without quotes, which may be read as a number, a boolean or null
    Position position;
    std::string text;             // scalar
    std::vector<NodePtr> items;   // sequence
    std::vector<Member> members;  // mapping, each name once
    std::uint64_t size = 1;       // nodes of the subtree, aliases expanded
};

// A fault that ends the reading of one file.
struct SyntaxFault {
    Position position;
    std::string message;
    std::string hint;
};

// The document, or why there is none.
struct DocumentResult {
    NodePtr root;  // null where `faults` is not empty
    std::vector<SyntaxFault> faults;
};

inline constexpr std::size_t kMostDepth = 100;
// After the expansion of aliases. Far more than any fleet needs, and far less than what would exhaust memory.
inline constexpr std::uint64_t kMostNodes = 50'000'000;

// `file` is the index that positions carry.
[[nodiscard]] DocumentResult read_yaml(const std::string& text, std::size_t file);
[[nodiscard]] DocumentResult read_json(const std::string& text, std::size_t file);

}  // namespace tlm
