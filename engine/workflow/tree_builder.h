#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "engine/workflow/diagnostics.h"
#include "engine/workflow/document.h"

namespace tlm {

// Builds a document from events, without recursion. Used by both readers, so that both have the same bounds.
class TreeBuilder {
  public:
    TreeBuilder(std::size_t file, Diagnostics& diagnostics) : file_(file), diagnostics_(diagnostics) {}

    // Each returns false after a fault that ends the reading.
    [[nodiscard]] bool scalar(std::string text, ScalarType type, Mark mark, const std::string& anchor = {});
    [[nodiscard]] bool begin(NodeType type, Mark mark, const std::string& anchor = {});
    [[nodiscard]] bool end();
    [[nodiscard]] bool alias(const std::string& anchor, Mark mark);

    // Reports a fault that ends the reading; always false.
    bool fail(Mark mark, std::string message, std::string hint = {},
              std::vector<std::pair<Position, std::string>> related = {});

    // What was built; without a root after a fault.
    [[nodiscard]] Document take();

  private:
    struct Pending {  // the name of a member that awaits its value
        Member member;
        bool merge = false;
        bool second = false;  // a name that the mapping has already: the value is dropped
    };
    struct Open {
        Node* node = nullptr;
        std::string anchor;
        std::optional<Pending> pending;
        std::optional<Mark> merge_mark;
        const Node* merged = nullptr;
        std::unordered_map<std::string, std::size_t> names;  // only of large mappings
    };
    Node* make(NodeType type, Mark mark);
    void remember(const std::string& anchor, const Node* node);
    [[nodiscard]] bool add(const Node* node);
    [[nodiscard]] bool add_name(Open& open, const Node& name);
    void add_member(Open& open, Member member);
    [[nodiscard]] static const Member* find_member(const Open& open, const std::string& name);
    [[nodiscard]] bool merge(Open& open);
    void merge_from(Open& open, const Node& source);
    [[nodiscard]] Position at(Mark mark) const { return {file_, mark.line, mark.column}; }

    std::size_t file_;
    Diagnostics& diagnostics_;
    std::deque<Node> nodes_;
    std::vector<Open> open_;
    std::unordered_map<std::string, const Node*> anchors_;
    const Node* root_ = nullptr;
    bool failed_ = false;
    std::uint64_t written_ = 0;   // weight of what the file itself holds
    std::uint64_t expanded_ = 0;  // weight that aliases added
};

}  // namespace tlm
