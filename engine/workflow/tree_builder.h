#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/workflow/document.h"

namespace tlm {

// Builds a document from events, without recursion. Used by both readers, so that both have the same bounds.
class TreeBuilder {
  public:
    // Each returns false after a fault, which `fault()` then holds; reading must stop.
    [[nodiscard]] bool scalar(std::string text, bool plain, Position position,
                              const std::string& anchor = {});
    [[nodiscard]] bool begin(NodeType type, Position position, const std::string& anchor = {});
    [[nodiscard]] bool end();
    [[nodiscard]] bool alias(const std::string& anchor, Position position);

    [[nodiscard]] NodePtr root() const { return root_; }
    [[nodiscard]] const std::vector<SyntaxFault>& faults() const { return faults_; }
    bool fail(Position position, std::string message, std::string hint = {});

  private:
    struct Open {
        std::shared_ptr<Node> node;
        std::string anchor;
        std::optional<Member> pending;  // mapping: a name that awaits its value
        std::vector<std::pair<Position, NodePtr>> merges;
        std::unordered_map<std::string, std::size_t> names;  // only of large mappings
    };
    [[nodiscard]] bool add(NodePtr node);
    [[nodiscard]] bool add_name(Open& open, const Node& name);
    [[nodiscard]] const Member* find_member(Open& open, const std::string& name);
    [[nodiscard]] bool merge(Open& open);
    [[nodiscard]] bool merge_from(Open& open, Position place, const Node& source);

    std::vector<Open> open_;
    std::unordered_map<std::string, NodePtr> anchors_;
    NodePtr root_;
    std::vector<SyntaxFault> faults_;
};

}  // namespace tlm
