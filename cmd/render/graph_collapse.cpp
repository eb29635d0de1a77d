#include "cmd/render/graph_collapse.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <string_view>
#include <unordered_map>

namespace tlm::cmd {
namespace {

// What a node is drawn together with: all nodes that give the same key.
using Keys = std::vector<std::string>;

const Address& address_of(const GraphNode& node) {
    return node.members.front();
}

// Parts are set apart by what no name can hold together with its length, so that two keys never run together.
void add(std::string& key, std::string_view part) {
    fmt::format_to(std::back_inserter(key), "{}:{};", part.size(), part);
}

// Workflow, kind and, for agents and teams, action. Tasks of different actions may stand in any order among
// each other, so that two boxes of them could each come before the other.
std::string kind_key(const GraphNode& node) {
    const Address& address = address_of(node);
    std::string key;
    add(key, address.workflow);
    add(key, kind_name(address.kind));
    if (address.kind == Kind::task) return key;
    for (const std::size_t count : node.actions)
        key += count > 0 ? '1' : '0';
    return key;
}

std::vector<std::vector<std::size_t>> followers(const Graph& graph) {
    std::vector<std::vector<std::size_t>> before(graph.nodes.size());
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
        for (const std::size_t other : graph.nodes[i].after)
            before[other].push_back(i);
    }
    return before;
}

// The same kind, team, action, and the same nodes before and after it.
Keys alike(const Graph& graph) {
    const auto before = followers(graph);
    Keys keys;
    keys.reserve(graph.nodes.size());
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
        const GraphNode& node = graph.nodes[i];
        std::string key = kind_key(node);
        for (const std::size_t count : node.actions)
            key += count > 0 ? '1' : '0';
        add(key, address_of(node).team);
        for (const std::size_t other : node.after)
            fmt::format_to(std::back_inserter(key), "<{}", other);
        for (const std::size_t other : before[i])
            fmt::format_to(std::back_inserter(key), ">{}", other);
        keys.push_back(std::move(key));
    }
    return keys;
}

// The agents of the same teams with the same action; all tasks of a team.
Keys by_team(const Graph& graph) {
    const auto before = followers(graph);
    Keys keys;
    keys.reserve(graph.nodes.size());
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
        const GraphNode& node = graph.nodes[i];
        const Address& address = address_of(node);
        std::string key = kind_key(node);
        if (address.kind == Kind::team) add(key, address.name);
        if (address.kind == Kind::task) add(key, address.team);
        if (address.kind == Kind::agent) {
            std::set<std::string_view> teams;
            for (const auto* neighbours : {&node.after, &before[i]}) {
                for (const std::size_t other : *neighbours) {
                    const Address& neighbour = address_of(graph.nodes[other]);
                    if (neighbour.kind == Kind::team) teams.insert(neighbour.name);
                }
            }
            for (const std::string_view team : teams)
                add(key, team);
        }
        keys.push_back(std::move(key));
    }
    return keys;
}

Keys by_kind(const Graph& graph) {
    Keys keys;
    keys.reserve(graph.nodes.size());
    for (const GraphNode& node : graph.nodes)
        keys.push_back(kind_key(node));
    return keys;
}

Keys by_workflow(const Graph& graph) {
    Keys keys;
    keys.reserve(graph.nodes.size());
    for (const GraphNode& node : graph.nodes)
        keys.push_back(address_of(node).workflow);
    return keys;
}

// The first ones by themselves and all others as one.
Keys the_rest(const Graph& graph, std::size_t most) {
    Keys keys;
    for (std::size_t i = 0; i < graph.nodes.size(); ++i)
        keys.push_back(std::to_string(std::min(i, most - 1)));
    return keys;
}

Graph merge(const Graph& graph, const Keys& keys) {
    std::unordered_map<std::string_view, std::size_t> group_of;
    std::vector<std::size_t> group(graph.nodes.size());
    Graph merged;
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
        const auto [at, is_new] = group_of.emplace(keys[i], merged.nodes.size());
        if (is_new) merged.nodes.emplace_back();
        group[i] = at->second;
    }
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
        const GraphNode& one = graph.nodes[i];
        GraphNode& all = merged.nodes[group[i]];
        all.members.insert(all.members.end(), one.members.begin(), one.members.end());
        for (std::size_t action = 0; action < kActionCount; ++action)
            all.actions[action] += one.actions[action];
        for (const std::size_t other : one.after) {
            if (group[other] != group[i]) all.after.push_back(group[other]);
        }
    }
    for (GraphNode& node : merged.nodes) {
        std::ranges::sort(node.members);
        std::ranges::sort(node.after);
        const auto surplus = std::ranges::unique(node.after);
        node.after.erase(surplus.begin(), surplus.end());
    }
    return merged;
}

// Where the agents of a team have become one, its tasks may have become alike.
Graph merge_alike(const Graph& graph) {
    constexpr int kRounds = 4;
    Graph merged = graph;
    for (int round = 0; round < kRounds; ++round) {
        Graph next = merge(merged, alike(merged));
        if (next.nodes.size() == merged.nodes.size()) break;
        merged = std::move(next);
    }
    return merged;
}

std::string note_for(const Graph& graph, std::size_t boxes, std::string_view what) {
    return fmt::format("{} resources are drawn as {} {}: {}.", graph.nodes.size(), boxes,
                       boxes == 1 ? "box" : "boxes", what);
}

}  // namespace

CollapsedGraph collapse(const Graph& graph, std::size_t most) {
    if (graph.nodes.size() <= most) return {graph, {}};
    Graph drawn = merge_alike(graph);
    std::string_view what = "what has the same action and the same place in the order is one";
    if (drawn.nodes.size() > most) {
        drawn = merge(graph, by_team(graph));
        what = "the agents of a team with the same action are one, and so are the tasks of a team";
    }
    if (drawn.nodes.size() > most) {
        drawn = merge(graph, by_kind(graph));
        what = "the agents and the teams of a workflow with the same action are one, and so are its tasks";
    }
    if (drawn.nodes.size() > most) {
        drawn = merge(graph, by_workflow(graph));
        what = "a workflow is one";
    }
    if (drawn.nodes.size() > most) {
        drawn = merge(drawn, the_rest(drawn, most));
        what = "a workflow is one, and those that come last in the alphabet are one together";
    }
    return {drawn, note_for(graph, drawn.nodes.size(), what)};
}

Graph without_implied_edges(Graph graph) {
    const std::size_t n = graph.nodes.size();
    // reached[i][j]: j comes before i, over any number of edges (Warshall).
    std::vector<std::vector<bool>> reached(n, std::vector<bool>(n));
    for (std::size_t i = 0; i < n; ++i) {
        for (const std::size_t other : graph.nodes[i].after)
            reached[i][other] = true;
    }
    for (std::size_t between = 0; between < n; ++between) {
        for (std::size_t i = 0; i < n; ++i) {
            if (!reached[i][between]) continue;
            for (std::size_t j = 0; j < n; ++j)
                reached[i][j] = reached[i][j] || reached[between][j];
        }
    }
    for (GraphNode& node : graph.nodes) {
        const std::vector<std::size_t> all = node.after;
        std::erase_if(node.after, [&](std::size_t other) {
            return std::ranges::any_of(
                all, [&](std::size_t between) { return between != other && reached[between][other]; });
        });
    }
    return graph;
}

}  // namespace tlm::cmd
