#include "engine/workflow/tree_builder.h"

#include <fmt/format.h>

#include <algorithm>

namespace tlm {
namespace {

constexpr std::size_t kLarge = 32;           // members from which names are found by hashing
constexpr std::size_t kUsual = 4;            // members that an agent or a task has
constexpr std::size_t kBytesOfWeight = 128;  // text that weighs as much as a node

std::uint32_t weight_of(std::size_t bytes) {
    return static_cast<std::uint32_t>(bytes / kBytesOfWeight);
}

}  // namespace

bool TreeBuilder::fail(Mark mark, std::string message, std::string hint,
                       std::vector<std::pair<Position, std::string>> related) {
    failed_ = true;
    diagnostics_.add(at(mark), std::move(message), std::move(hint), std::move(related));
    return false;
}

Document TreeBuilder::take() {
    return {std::move(nodes_), failed_ ? nullptr : root_, file_};
}

Node* TreeBuilder::make(NodeType type, Mark mark) {
    if (nodes_.size() >= kMostNodes) {
        fail(mark, fmt::format("the document has more than {} nodes", kMostNodes));
        return nullptr;
    }
    Node& node = nodes_.emplace_back();
    node.type = type;
    node.mark = mark;
    return &node;
}

void TreeBuilder::remember(const std::string& anchor, const Node* node) {
    if (!anchor.empty()) anchors_.insert_or_assign(anchor, node);
}

bool TreeBuilder::scalar(std::string text, ScalarType type, Mark mark, const std::string& anchor) {
    Node* node = make(NodeType::scalar, mark);
    if (node == nullptr) return false;
    node->scalar = type;
    node->weight += weight_of(text.size());
    written_ += node->weight;
    node->content = std::move(text);
    remember(anchor, node);
    return add(node);
}

bool TreeBuilder::begin(NodeType type, Mark mark, const std::string& anchor) {
    if (open_.size() >= kMostDepth) {
        return fail(mark, fmt::format("nested more than {} levels deep", kMostDepth));
    }
    if (!open_.empty() && open_.back().node->type == NodeType::mapping && !open_.back().pending) {
        return fail(mark, "the name of a member must be a text");
    }
    Node* node = make(type, mark);
    if (node == nullptr) return false;
    if (type == NodeType::sequence) {
        node->content.emplace<Node::Items>();
    } else {
        node->content.emplace<Node::Members>();
    }
    ++written_;
    // An anchor means something only once its node is complete, so that no alias can make a circle.
    if (!anchor.empty()) anchors_.erase(anchor);
    open_.emplace_back();
    open_.back().node = node;
    open_.back().anchor = anchor;
    return true;
}

bool TreeBuilder::end() {
    Open open = std::move(open_.back());
    open_.pop_back();
    if (!merge(open)) return false;
    if (auto* items = std::get_if<Node::Items>(&open.node->content)) items->shrink_to_fit();
    if (auto* members = std::get_if<Node::Members>(&open.node->content)) members->shrink_to_fit();
    remember(open.anchor, open.node);
    return add(open.node);
}

bool TreeBuilder::alias(const std::string& anchor, Mark mark) {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) {
        return fail(mark, fmt::format("the alias {} names no anchor before it", backquoted("*" + anchor)));
    }
    const Node& target = found->second->target();
    expanded_ += target.weight;
    if (expanded_ > std::min(kMostExpansion, kMostGrowth * written_ + kFreeExpansion)) {
        return fail(mark, "the document is too large once its aliases are expanded",
                    "Write out what the aliases stand for, or split the workflow.");
    }
    Node* node = make(target.type, mark);
    if (node == nullptr) return false;
    node->weight = target.weight;
    node->scalar = target.scalar;
    node->content = &target;
    return add(node);
}

bool TreeBuilder::add(const Node* node) {
    if (open_.empty()) {
        root_ = node;
        return true;
    }
    Open& parent = open_.back();
    if (parent.node->type == NodeType::sequence) {
        parent.node->weight += node->weight;
        std::get<Node::Items>(parent.node->content).push_back(node);
        return true;
    }
    if (!parent.pending) return add_name(parent, *node);
    Pending pending = std::move(*parent.pending);
    parent.pending.reset();
    if (pending.second) return true;
    if (pending.merge) {
        parent.merged = node;
        return true;
    }
    pending.member.value = node;
    add_member(parent, std::move(pending.member));
    return true;
}

bool TreeBuilder::add_name(Open& open, const Node& name) {
    if (name.type != NodeType::scalar) return fail(name.mark, "the name of a member must be a text");
    const bool merges = name.scalar == ScalarType::merge;
    std::optional<Mark> first = merges ? open.merge_mark : std::nullopt;
    if (!merges) {
        if (const Member* member = find_member(open, name.text())) first = member->mark;
    }
    if (first) {
        diagnostics_.add(at(name.mark), fmt::format("the member {} is there twice", backquoted(name.text())),
                         merges ? "Give one `<<` a list: `<<: [*one, *other]`." : "",
                         {{at(*first), "the first is here"}});
    }
    if (merges && !first) open.merge_mark = name.mark;
    open.pending = Pending{{name.text(), name.mark, nullptr}, merges, first.has_value()};
    return true;
}

void TreeBuilder::add_member(Open& open, Member member) {
    auto& members = std::get<Node::Members>(open.node->content);
    open.node->weight += member.value->weight + weight_of(member.name.size());
    if (members.empty()) members.reserve(kUsual);
    if (members.size() >= kLarge) open.names.emplace(member.name, members.size());
    members.push_back(std::move(member));
}

const Member* TreeBuilder::find_member(const Open& open, const std::string& name) {
    const auto& members = std::get<Node::Members>(open.node->content);
    const auto hashed = open.names.find(name);
    if (hashed != open.names.end()) return &members[hashed->second];
    const auto last = members.begin() + static_cast<std::ptrdiff_t>(std::min(members.size(), kLarge));
    const auto found = std::find_if(members.begin(), last, [&](const Member& m) { return m.name == name; });
    return found == last ? nullptr : &*found;
}

// Members that a merge key brings in give way to the mapping's own, and later sources to earlier ones. What
// this adds is bounded by what the sources weigh, which was counted when they were read.
bool TreeBuilder::merge(Open& open) {
    if (open.merged == nullptr) return true;
    const auto refuse = [&] {
        return fail(*open.merge_mark, "a merge key `<<` needs a mapping, or a list of them");
    };
    if (open.merged->type == NodeType::mapping) {
        merge_from(open, *open.merged);
        return true;
    }
    if (open.merged->type != NodeType::sequence) return refuse();
    for (const Node* item : open.merged->items()) {
        if (item->type != NodeType::mapping) return refuse();
        merge_from(open, *item);
    }
    return true;
}

void TreeBuilder::merge_from(Open& open, const Node& source) {
    for (const Member& member : source.members()) {
        if (find_member(open, member.name) == nullptr) add_member(open, member);
    }
}

}  // namespace tlm
