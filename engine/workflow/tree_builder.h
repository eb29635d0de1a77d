#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "engine/workflow/diagnostics.h"
#include "engine/workflow/document.h"

namespace tlm {

// Builds a document from events, without recursion. Used by both readers, so that both have the same bounds.
class TreeBuilder {
  public:
    // `bytes`: of the file, for how much memory is asked for at once.
    TreeBuilder(std::size_t file, std::size_t bytes, Diagnostics& diagnostics);

    // A copy of the text that lasts as long as the document; behind it is a NUL.
    [[nodiscard]] std::span<char> keep(std::string_view text);

    // Each returns false after a fault that ends the reading. `text` must be kept.
    [[nodiscard]] bool scalar(std::string_view text, ScalarType type, Mark mark,
                              std::string_view anchor = {});
    [[nodiscard]] bool begin(NodeType type, Mark mark, std::string_view anchor = {});
    [[nodiscard]] bool end();
    [[nodiscard]] bool alias(std::string_view anchor, Mark mark);

    // Reports a fault that ends the reading; always false.
    bool fail(Mark mark, std::string message, std::string hint = {},
              std::vector<std::pair<Position, std::string>> related = {});

    // What was built; without a root after a fault.
    [[nodiscard]] Document take();

  private:
    struct Pending {  // the name of a member that awaits its value
        std::string_view name;
        Mark mark;
        bool merge = false;
        bool second = false;  // a name that the mapping has already: the value is dropped
    };
    struct Open {
        Node* node = nullptr;
        std::size_t first = 0;  // where its parts begin in items_ or members_
        std::string_view anchor;
        std::optional<Pending> pending;
        std::optional<Mark> merge_mark;
        const Node* merged = nullptr;
        std::unordered_map<std::string_view, std::size_t> names;  // only of large mappings
    };
    [[nodiscard]] bool count(Mark mark);  // a node
    Node* make(NodeType type, Mark mark);
    void remember(std::string_view anchor, const Node* node);
    [[nodiscard]] bool awaits_name() const;
    [[nodiscard]] bool add(const Node* node);
    [[nodiscard]] bool add_name(Open& open, std::string_view name, ScalarType type, Mark mark);
    void add_member(Open& open, const Member& member);
    [[nodiscard]] std::span<const Member> members_of(const Open& open) const;
    [[nodiscard]] const Member* find_member(const Open& open, std::string_view name) const;
    [[nodiscard]] bool merge(Open& open);
    void merge_from(Open& open, const Node& source);
    [[nodiscard]] Position at(Mark mark) const { return {file_, mark.line, mark.column}; }

    std::size_t file_;
    Diagnostics& diagnostics_;
    std::unique_ptr<DocumentMemory> memory_;
    std::vector<Open> open_;
    std::vector<const Node*> items_;  // of the sequences that are open, the innermost's last
    std::vector<Member> members_;     // of the mappings, likewise
    std::unordered_map<std::string, const Node*> anchors_;
    const Node* root_ = nullptr;
    bool failed_ = false;
    std::size_t nodes_ = 0;
    std::uint64_t written_ = 0;   // weight of what the file itself holds
    std::uint64_t expanded_ = 0;  // weight that aliases added
};

}  // namespace tlm
