#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/workflow/diagnostics.h"
#include "engine/workflow/document.h"

namespace tlm {

inline constexpr std::size_t kNoLimit = std::numeric_limits<std::size_t>::max();

// Reads single nodes as what the schema wants of them; everything else becomes a fault at its place.
class NodeReader {
  public:
    NodeReader(std::size_t file, Diagnostics& diagnostics) : file_(file), diagnostics_(diagnostics) {}

    [[nodiscard]] Position at(Mark mark) const { return {file_, mark.line, mark.column}; }
    void fault(const Node& node, std::string message, std::string hint = {}) {
        diagnostics_.add(at(node.mark), std::move(message), std::move(hint));
    }

    // The value of a member, null where the mapping has none.
    [[nodiscard]] static const Node* find(const Node& mapping, std::string_view name);
    [[nodiscard]] static bool is_null(const Node& node);
    // Null, and a fault, where the mapping has none. `what` is "an agent" and so on.
    const Node* required(const Node& mapping, std::string_view name, std::string_view what);
    // A fault for every member that is not among the names.
    void only(const Node& mapping, std::span<const std::string> names, std::string_view what);

    bool is_mapping(const Node& node, std::string_view what);
    bool is_list(const Node& node, std::string_view what);
    bool is_text(const Node& node, std::string_view what);

    // A text of at most so many bytes; empty after a fault.
    std::string text(const Node& node, std::string_view what, std::size_t most = kNoLimit);
    // A name of something: not empty, and all on one line.
    std::string name(const Node& node, std::string_view what, std::size_t most = kNoLimit);
    std::optional<std::string> optional_text(const Node& mapping, std::string_view member,
                                             std::size_t most = kNoLimit);
    // Null counts as not set.
    std::optional<std::string> nullable_text(const Node& mapping, std::string_view member);

    // At least 1. As pydantic reads an integer: 2, 2.0 and "2".
    std::optional<std::int64_t> whole_number(const Node& node, std::string_view what);
    // Seconds, greater than 0.
    std::optional<double> seconds(const Node& node, std::string_view what);

    // The first of the choices after a fault.
    template <typename T>
    T one_of(const Node& node, std::string_view what,
             std::span<const std::pair<std::string_view, T>> choices) {
        std::vector<std::string> words;
        for (const auto& [word, value] : choices) {
            if (node.type == NodeType::scalar && node.text() == word) return value;
            words.emplace_back(word);
        }
        not_among(node, what, words);
        return choices.front().second;
    }

  private:
    void not_among(const Node& node, std::string_view what, std::span<const std::string> words);

    std::size_t file_;
    Diagnostics& diagnostics_;
};

}  // namespace tlm
