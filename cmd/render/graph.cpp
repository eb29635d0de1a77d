#include "cmd/render/graph.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "cmd/render/plan_text.h"
#include "engine/base/text.h"

namespace tlm::cmd {
namespace {

using AtAddress = std::unordered_multimap<Address, std::size_t>;

void settle(std::vector<std::size_t>& nodes) {
    std::ranges::sort(nodes);
    const auto surplus = std::ranges::unique(nodes);
    nodes.erase(surplus.begin(), surplus.end());
}

// What is waited for or depended on and does not change in this plan.
std::vector<Address> outside(const Plan& plan) {
    std::unordered_map<Address, bool> inside;
    for (const Change& change : plan.changes)
        inside[change.address] = true;
    std::vector<Address> found;
    for (const Change& change : plan.changes) {
        for (const auto* addresses : {&change.depends_on, &change.waits_for}) {
            for (const Address& address : *addresses) {
                if (inside.emplace(address, false).second) found.push_back(address);
            }
        }
    }
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
    struct Entry {
        Address address;
        const Change* change = nullptr;
    };
    std::vector<Entry> entries;
    for (const Change& change : plan.changes)
        entries.push_back({change.address, &change});
    for (Address& address : outside(plan))
        entries.push_back({std::move(address), nullptr});
    std::ranges::stable_sort(entries, {}, &Entry::address);

    AtAddress at;
    for (std::size_t i = 0; i < entries.size(); ++i)
        at.emplace(entries[i].address, i);
    Graph graph;
    graph.nodes.reserve(entries.size());
    for (std::size_t i = 0; i < entries.size(); ++i) {
        GraphNode& node = graph.nodes.emplace_back();
        node.members = {entries[i].address};
        const Change* change = entries[i].change;
        if (change == nullptr) continue;
        ++node.actions[static_cast<std::size_t>(change->action)];
        for (const auto* addresses : {&change->depends_on, &change->waits_for}) {
            for (const Address& address : *addresses) {
                const auto [first, last] = at.equal_range(address);
                for (auto other = first; other != last; ++other) {
                    const Change* before = entries[other->second].change;
                    // As engine/schedule orders them: at one address a delete is last and waits for no other
                    // delete, and nothing but a delete waits for one.
                    const bool after_delete = before != nullptr && before->action == Action::remove;
                    const bool waits = !after_delete || (change->action == Action::remove &&
                                                         before->address != change->address);
                    if (other->second != i && waits) node.after.push_back(other->second);
                }
            }
        }
        settle(node.after);
    }
    return graph;
}

Graph graph_of(const std::vector<DesiredResource>& desired) {
    AtAddress at;
    for (std::size_t i = 0; i < desired.size(); ++i)
        at.emplace(desired[i].address, i);
    Graph graph;
    graph.nodes.reserve(desired.size());
    for (const DesiredResource& resource : desired) {
        GraphNode& node = graph.nodes.emplace_back();
        node.members = {resource.address};
        for (const auto& addresses : {resource.references(), resource.blocked_by()}) {
            for (const Address& address : addresses) {
                if (const auto other = at.find(address); other != at.end())
                    node.after.push_back(other->second);
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
        text += fmt::format("{}{}{}\n", visible(node.members.front().text()), planned.empty() ? "" : "  ",
                            planned);
        for (const std::size_t other : node.after)
            text += fmt::format("  after {}\n", visible(graph.nodes[other].members.front().text()));
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
                            quoted((planned.empty() ? "" : planned + " ") + node.members.front().text()));
        if (action) text += fmt::format(", color=\"{0}\", fontcolor=\"{0}\"", dot_color(*action));
        text += "];\n";
        for (const std::size_t other : node.after)
            text += fmt::format("  n{} -> n{};\n", other, i);
    }
    return text + "}\n";
}

}  // namespace tlm::cmd
