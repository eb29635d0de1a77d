#include "engine/workflow/tree_builder.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/base/text.h"

namespace tlm {
namespace {

constexpr std::size_t kLarge = 32;  // members from which names are found by hashing

}  // namespace

bool TreeBuilder::fail(Position position, std::string message, std::string hint) {
    faults_.push_back({position, std::move(message), std::move(hint)});
    return false;
}

bool TreeBuilder::scalar(std::string text, bool plain, Position position, const std::string& anchor) {
    auto node = std::make_shared<Node>();
    node->plain = plain;
    node->position = position;
    node->text = std::move(text);
    if (!anchor.empty()) anchors_.insert_or_assign(anchor, node);
    return add(std::move(node));
}

bool TreeBuilder::begin(NodeType type, Position position, const std::string& anchor) {
    if (open_.size() >= kMostDepth) {
        return fail(position, fmt::format("nested more than {} levels deep", kMostDepth));
    }
    if (!open_.empty() && open_.back().node->type == NodeType::mapping && !open_.back().pending) {
        return fail(position, "the name of a member must be a text");
    }
    auto node = std::make_shared<Node>();
    node->type = type;
    node->position = position;
    // An anchor means something only once its node is complete, so that no alias can make a circle.
    if (!anchor.empty()) anchors_.erase(anchor);
    open_.push_back({std::move(node), anchor, {}, {}, {}});
    return true;
}

bool TreeBuilder::end() {
    Open open = std::move(open_.back());
    open_.pop_back();
    if (!merge(open)) return false;
    open.node->items.shrink_to_fit();
    open.node->members.shrink_to_fit();
    NodePtr node = std::move(open.node);
    if (!open.anchor.empty()) anchors_.insert_or_assign(open.anchor, node);
    return add(std::move(node));
}

bool TreeBuilder::alias(const std::string& anchor, Position position) {
    const auto at = anchors_.find(anchor);
    if (at == anchors_.end()) {
        return fail(position, fmt::format("the alias *{} names no anchor before it", visible(anchor)));
    }
    return add(at->second);
}

bool TreeBuilder::add(NodePtr node) {
    if (open_.empty()) {
        root_ = std::move(node);
        return true;
    }
    Open& parent = open_.back();
    parent.node->size += node->size;
    if (parent.node->size > kMostNodes) {
        return fail(
            node->position,
            fmt::format("the document has more than {} nodes once its aliases are expanded", kMostNodes));
    }
    if (parent.node->type == NodeType::sequence) {
        parent.node->items.push_back(std::move(node));
        return true;
    }
    if (!parent.pending) return add_name(parent, *node);
    Member member = std::move(*parent.pending);
    parent.pending.reset();
    if (member.name == "<<") {
        parent.merges.emplace_back(member.position, std::move(node));
        return true;
    }
    member.value = std::move(node);
    if (parent.node->members.size() >= kLarge) parent.names.emplace(member.name, parent.node->members.size());
    parent.node->members.push_back(std::move(member));
    return true;
}

bool TreeBuilder::add_name(Open& open, const Node& name) {
    if (name.type != NodeType::scalar) return fail(name.position, "the name of a member must be a text");
    if (const Member* first = find_member(open, name.text)) {
        return fail(name.position, fmt::format("the member `{}` is there twice; the first is in line {}",
                                               visible(name.text), first->position.line));
    }
    open.pending = Member{name.text, name.position, nullptr};
    return true;
}

const Member* TreeBuilder::find_member(Open& open, const std::string& name) {
    auto& members = open.node->members;
    const auto hashed = open.names.find(name);
    if (hashed != open.names.end()) return &members[hashed->second];
    const auto last = members.begin() + static_cast<std::ptrdiff_t>(std::min(members.size(), kLarge));
    const auto at = std::find_if(members.begin(), last, [&](const Member& m) { return m.name == name; });
    return at == last ? nullptr : &*at;
}

// Members that a merge key brings in give way to the mapping's own, and later sources to earlier ones.
bool TreeBuilder::merge(Open& open) {
    for (const auto& [place, source] : open.merges) {
        if (source->type == NodeType::mapping) {
            if (!merge_from(open, place, *source)) return false;
            continue;
        }
        if (source->type != NodeType::sequence)
            return fail(place, "a merge key `<<` needs a mapping, or a list of them");
        for (const NodePtr& item : source->items) {
            if (item->type != NodeType::mapping) {
                return fail(place, "a merge key `<<` needs a mapping, or a list of them");
            }
            if (!merge_from(open, place, *item)) return false;
        }
    }
    return true;
}

bool TreeBuilder::merge_from(Open& open, Position place, const Node& source) {
    for (const Member& member : source.members) {
        if (find_member(open, member.name) != nullptr) continue;
        open.node->size += member.value->size;
        if (open.node->size > kMostNodes) {
            return fail(place,
                        fmt::format("the document has more than {} nodes once its merge keys are expanded",
                                    kMostNodes));
        }
        if (open.node->members.size() >= kLarge) open.names.emplace(member.name, open.node->members.size());
        open.node->members.push_back(member);
    }
    return true;
}

}  // namespace tlm
