#include "engine/workflow/tree_builder.h"

#include <fmt/format.h>

#include <algorithm>
#include <new>

namespace tlm {
namespace {

constexpr std::size_t kLarge = 32;           // members from which names are found by hashing
constexpr std::size_t kBytesOfWeight = 128;  // text that weighs as much as a node
// A file that a person or a generator wrote takes some four times its bytes, with the copy of its text.
constexpr std::size_t kBytesForEach = 4;
constexpr std::size_t kLeastMemory = 1024;
constexpr std::size_t kMostMemoryAtOnce = std::size_t{512} * 1024;

std::uint32_t weight_of(std::size_t bytes) {
    return static_cast<std::uint32_t>(bytes / kBytesOfWeight);
}

template <typename T>
T* allocate(DocumentMemory& memory, std::size_t count) {
    // NOLINTNEXTLINE(bugprone-sizeof-expression): some of what lies there is pointers
    return static_cast<T*>(memory.allocate(count * sizeof(T), alignof(T)));
}

// What lies behind `first` goes into the document.
template <typename T>
std::span<const T> move_to(DocumentMemory& memory, std::vector<T>& from, std::size_t first) {
    const std::size_t size = from.size() - first;
    T* kept = allocate<T>(memory, size);
    std::uninitialized_copy(from.begin() + static_cast<std::ptrdiff_t>(first), from.end(), kept);
    from.resize(first);
    return {kept, size};
}

}  // namespace

TreeBuilder::TreeBuilder(std::size_t file, std::size_t bytes, Diagnostics& diagnostics)
    : file_(file),
      diagnostics_(diagnostics),
      memory_(std::make_unique<DocumentMemory>(
          std::clamp(kBytesForEach * bytes, kLeastMemory, kMostMemoryAtOnce))) {}

std::span<char> TreeBuilder::keep(std::string_view text) {
    char* kept = allocate<char>(*memory_, text.size() + 1);
    *std::ranges::copy(text, kept).out = '\0';
    return {kept, text.size()};
}

bool TreeBuilder::fail(Mark mark, std::string message, std::string hint,
                       std::vector<std::pair<Position, std::string>> related) {
    failed_ = true;
    diagnostics_.add(at(mark), std::move(message), std::move(hint), std::move(related));
    return false;
}

Document TreeBuilder::take() {
    return {std::move(memory_), failed_ ? nullptr : root_, file_};
}

bool TreeBuilder::count(Mark mark) {
    if (nodes_ >= kMostNodes)
        return fail(mark, fmt::format("the document has more than {} nodes", kMostNodes));
    ++nodes_;
    return true;
}

Node* TreeBuilder::make(NodeType type, Mark mark) {
    if (!count(mark)) return nullptr;
    Node* node = new (allocate<Node>(*memory_, 1)) Node;
    node->type = type;
    node->mark = mark;
    return node;
}

void TreeBuilder::remember(std::string_view anchor, const Node* node) {
    if (!anchor.empty()) anchors_.insert_or_assign(std::string(anchor), node);
}

bool TreeBuilder::awaits_name() const {
    return !open_.empty() && open_.back().node->type == NodeType::mapping && !open_.back().pending;
}

bool TreeBuilder::scalar(std::string_view text, ScalarType type, Mark mark, std::string_view anchor) {
    // Most names are never looked at again.
    if (anchor.empty() && awaits_name()) {
        written_ += 1 + weight_of(text.size());
        return count(mark) && add_name(open_.back(), text, type, mark);
    }
    Node* node = make(NodeType::scalar, mark);
    if (node == nullptr) return false;
    node->scalar = type;
    node->weight += weight_of(text.size());
    written_ += node->weight;
    node->content = text;
    remember(anchor, node);
    return add(node);
}

bool TreeBuilder::begin(NodeType type, Mark mark, std::string_view anchor) {
    if (open_.size() >= kMostDepth) {
        return fail(mark, fmt::format("nested more than {} levels deep", kMostDepth));
    }
    if (awaits_name()) return fail(mark, "the name of a member must be a text");
    Node* node = make(type, mark);
    if (node == nullptr) return false;
    ++written_;
    Open& open = open_.emplace_back();
    open.node = node;
    open.first = type == NodeType::sequence ? items_.size() : members_.size();
    if (anchor.empty()) return true;
    // An anchor means something only once its node is complete, so that no alias can make a circle.
    anchors_.erase(std::string(anchor));
    const std::span<char> kept = keep(anchor);
    open.anchor = {kept.data(), kept.size()};
    return true;
}

bool TreeBuilder::end() {
    Open& open = open_.back();
    if (!merge(open)) return false;
    Node* node = open.node;
    if (node->type == NodeType::sequence) {
        node->content = move_to(*memory_, items_, open.first);
    } else {
        node->content = move_to(*memory_, members_, open.first);
    }
    remember(open.anchor, node);
    open_.pop_back();
    return add(node);
}

bool TreeBuilder::alias(std::string_view anchor, Mark mark) {
    const auto found = anchors_.find(std::string(anchor));
    if (found == anchors_.end()) {
        return fail(mark, fmt::format("the alias {} names no anchor before it",
                                      backquoted("*" + std::string(anchor))));
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
        items_.push_back(node);
        return true;
    }
    if (!parent.pending) {
        if (node->type != NodeType::scalar) return fail(node->mark, "the name of a member must be a text");
        return add_name(parent, node->text(), node->scalar, node->mark);
    }
    const Pending pending = *parent.pending;
    parent.pending.reset();
    if (pending.second) return true;
    if (pending.merge) {
        parent.merged = node;
        return true;
    }
    add_member(parent, {pending.name, pending.mark, node});
    return true;
}

bool TreeBuilder::add_name(Open& open, std::string_view name, ScalarType type, Mark mark) {
    const bool merges = type == ScalarType::merge;
    std::optional<Mark> first = merges ? open.merge_mark : std::nullopt;
    if (!merges) {
        if (const Member* member = find_member(open, name)) first = member->mark;
    }
    if (first) {
        diagnostics_.add(at(mark), fmt::format("the member {} is there twice", backquoted(name)),
                         merges ? "Give one `<<` a list: `<<: [*one, *other]`." : "",
                         {{at(*first), "the first is here"}});
    }
    if (merges && !first) open.merge_mark = mark;
    open.pending = Pending{name, mark, merges, first.has_value()};
    return true;
}

std::span<const Member> TreeBuilder::members_of(const Open& open) const {
    return std::span(members_).subspan(open.first);
}

void TreeBuilder::add_member(Open& open, const Member& member) {
    open.node->weight += member.value->weight + weight_of(member.name.size());
    const std::size_t known = members_of(open).size();
    if (known >= kLarge) open.names.emplace(member.name, known);
    members_.push_back(member);
}

const Member* TreeBuilder::find_member(const Open& open, std::string_view name) const {
    const std::span<const Member> members = members_of(open);
    if (members.size() > kLarge) {
        const auto hashed = open.names.find(name);
        if (hashed != open.names.end()) return &members[hashed->second];
    }
    const auto first = members.first(std::min(members.size(), kLarge));
    const auto found = std::ranges::find(first, name, &Member::name);
    return found == first.end() ? nullptr : &*found;
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
