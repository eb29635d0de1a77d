#include "cmd/render/graph.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <span>
#include <unordered_map>

#include "cmd/render/plan_text.h"
#include "engine/base/text.h"

namespace tlm::cmd {
namespace {

using Addresses = std::vector<Address>;

// Where the first of each address stands among sorted ones.
class Places {
  public:
    explicit Places(std::span<const Address> addresses) : addresses_(addresses) {
        first_.reserve(addresses.size());
        for (std::size_t i = 0; i < addresses.size(); ++i)
            first_.emplace(&addresses[i], i);
    }

    // One behind the other; empty where there is none.
    [[nodiscard]] std::pair<std::size_t, std::size_t> of(const Address& address) const {
        const auto at = first_.find(&address);
        if (at == first_.end()) return {0, 0};
        std::size_t end = at->second + 1;
        while (end < addresses_.size() && addresses_[end] == address)
            ++end;
        return {at->second, end};
    }

  private:
    struct Hash {
        std::size_t operator()(const Address* address) const { return std::hash<Address>()(*address); }
    };
    struct Equal {
        bool operator()(const Address* left, const Address* right) const { return *left == *right; }
    };

    std::span<const Address> addresses_;
    std::unordered_map<const Address*, std::size_t, Hash, Equal> first_;
};

void settle(std::vector<std::size_t>& nodes) {
    std::ranges::sort(nodes);
    const auto surplus = std::ranges::unique(nodes);
    nodes.erase(surplus.begin(), surplus.end());
}

// As plans have them; one that somebody wrote by hand may not.
std::vector<const Change*> by_address(const Plan& plan) {
    std::vector<const Change*> changes;
    changes.reserve(plan.changes.size());
    for (const Change& change : plan.changes)
        changes.push_back(&change);
    const auto address = [](const Change* change) -> const Address& { return change->address; };
    if (!std::ranges::is_sorted(changes, {}, address)) std::ranges::stable_sort(changes, {}, address);
    return changes;
}

Addresses addresses_of(const std::vector<const Change*>& changes) {
    Addresses addresses;
    addresses.reserve(changes.size());
    for (const Change* change : changes)
        addresses.push_back(change->address);
    return addresses;
}

// What is waited for or depended on and does not change in this plan.
Addresses outside(const Plan& plan, const Places& inside) {
    Addresses found;
    for (const Change& change : plan.changes) {
        for (const auto* addresses : {&change.depends_on, &change.waits_for}) {
            for (const Address& address : *addresses) {
                if (const auto [first, last] = inside.of(address); first == last) found.push_back(address);
            }
        }
    }
    std::ranges::sort(found);
    const auto repeated = std::ranges::unique(found);
    found.erase(repeated.begin(), repeated.end());
    return found;
}

// For Graphviz: in quotes, and an ampersand does not begin an entity.
std::string quoted(const std::string& text) {
    std::string result = "\"";
    for (const char c : visible(text)) {
        if (c == '&') {
            result += "&amp;";
            continue;
        }
        if (c == '"' || c == '\\') result += '\\';
        result += c;
    }
    return result + "\"";
}

std::string_view dot_color(Action action) {
    switch (action) {
        case Action::create:
            return "#116329";
        case Action::update:
            return "#7a4d00";
        case Action::replace:
            return "#7a2ea0";
        case Action::remove:
            return "#b3261e";
        case Action::adopt:
            return "#0b57d0";
        case Action::none:
            break;
    }
    return "#5a6472";
}

std::string planned_text(const GraphNode& node) {
    const auto action = action_of(node);
    if (!action) return {};
    std::string text = action_text(*action, Style());
    text.erase(text.find_last_not_of(' ') + 1);
    return text;
}

}  // namespace

std::optional<Action> action_of(const GraphNode& node) {
    std::optional<Action> found;
    for (std::size_t i = 0; i < kActionCount; ++i) {
        if (node.actions[i] == 0) continue;
        if (found || node.actions[i] != node.members.size()) return std::nullopt;
        found = static_cast<Action>(i);
    }
    return found;
}

Graph graph_of(const Plan& plan) {
    std::vector<const Change*> changes = by_address(plan);  // null: none is planned at the address
    Addresses addresses = addresses_of(changes);
    std::optional<Places> places(addresses);
    // Seldom there are any.
    if (const Addresses others = outside(plan, *places); !others.empty()) {
        // Both are sorted, and have nothing in common.
        Addresses all;
        std::vector<const Change*> of_all;
        for (std::size_t i = 0, k = 0; i < addresses.size() || k < others.size();) {
            const bool planned = k == others.size() || (i < addresses.size() && addresses[i] < others[k]);
            of_all.push_back(planned ? changes[i] : nullptr);
            all.push_back(planned ? addresses[i++] : others[k++]);
        }
        addresses = std::move(all);
        changes = std::move(of_all);
        places.emplace(addresses);
    }

    Graph graph;
    // Its elements stay where they are, so that the places stay good.
    graph.addresses = std::make_shared<const Addresses>(std::move(addresses));
    graph.nodes.reserve(changes.size());
    for (std::size_t i = 0; i < changes.size(); ++i) {
        GraphNode& node = graph.nodes.emplace_back();
        node.members = {&(*graph.addresses)[i]};
        const Change* change = changes[i];
        if (change == nullptr) continue;
        ++node.actions[static_cast<std::size_t>(change->action)];
        for (const auto* before : {&change->depends_on, &change->waits_for}) {
            for (const Address& address : *before) {
                const auto [first, last] = places->of(address);
                for (std::size_t other = first; other != last; ++other) {
                    // As engine/schedule orders them: at one address a delete is last and waits for no other
                    // delete, and nothing but a delete waits for one.
                    const bool after_delete =
                        changes[other] != nullptr && changes[other]->action == Action::remove;
                    const bool waits = !after_delete || (change->action == Action::remove &&
                                                         changes[other]->address != change->address);
                    if (other != i && waits) node.after.push_back(other);
                }
            }
        }
        settle(node.after);
    }
    return graph;
}

Graph graph_of(const std::vector<DesiredResource>& desired) {
    Addresses addresses;
    addresses.reserve(desired.size());
    for (const DesiredResource& resource : desired)
        addresses.push_back(resource.address);
    Graph graph;
    graph.addresses = std::make_shared<const Addresses>(std::move(addresses));
    const Places places(*graph.addresses);
    graph.nodes.reserve(desired.size());
    for (std::size_t i = 0; i < desired.size(); ++i) {
        GraphNode& node = graph.nodes.emplace_back();
        node.members = {&(*graph.addresses)[i]};
        for (const auto& before : {desired[i].references(), desired[i].blocked_by()}) {
            for (const Address& address : before) {
                if (const auto [first, last] = places.of(address); first != last) node.after.push_back(first);
            }
        }
        settle(node.after);
    }
    return graph;
}

std::string graph_text(const Graph& graph) {
    std::string text;
    for (const GraphNode& node : graph.nodes) {
        const std::string planned = planned_text(node);
        text += fmt::format("{}{}{}\n", visible(node.members.front()->text()), planned.empty() ? "" : "  ",
                            planned);
        for (const std::size_t other : node.after)
            text += fmt::format("  after {}\n", visible(graph.nodes[other].members.front()->text()));
    }
    return text;
}

std::string graph_dot(const Graph& graph) {
    std::string text = "digraph tlm {\n  rankdir=LR;\n  node [shape=box];\n";
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
        const GraphNode& node = graph.nodes[i];
        const auto action = action_of(node);
        const std::string planned = planned_text(node);
        text += fmt::format("  n{} [label={}", i,
                            quoted((planned.empty() ? "" : planned + " ") + node.members.front()->text()));
        if (action) text += fmt::format(", color=\"{0}\", fontcolor=\"{0}\"", dot_color(*action));
        text += "];\n";
        for (const std::size_t other : node.after)
            text += fmt::format("  n{} -> n{};\n", other, i);
    }
    return text + "}\n";
}

}  // namespace tlm::cmd
