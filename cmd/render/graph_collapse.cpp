#include "cmd/render/graph_collapse.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <numeric>
#include <span>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

namespace tlm::cmd {
namespace {

// What a node is drawn together with: all nodes that give the same key. They are compared with each other
// only, so that a number is its bytes; the length of a text goes before it, so that two keys never run
// together. All of them stand in one text: a string for each of 100,000 nodes would take more time than all
// else here.
class Keys {
  public:
    explicit Keys(const Graph& graph) { ends_.reserve(graph.nodes.size()); }

    // To the key that is made; end() makes it the key of the next node.
    void add(std::size_t number) {
        std::array<char, sizeof number> bytes{};
        std::memcpy(bytes.data(), &number, sizeof number);
        text_.append(bytes.data(), bytes.size());
    }
    void add(std::string_view part) {
        add(part.size());
        text_.append(part);
    }
    void add(std::span<const std::size_t> nodes) {
        add(nodes.size());
        for (const std::size_t node : nodes)
            add(node);
    }
    void end() { ends_.push_back(text_.size()); }

    // Good until another is added.
    std::string_view operator[](std::size_t node) const {
        const std::size_t begin = node == 0 ? 0 : ends_[node - 1];
        return std::string_view(text_).substr(begin, ends_[node] - begin);
    }

  private:
    std::string text_;
    std::vector<std::size_t> ends_;
};

const Address& address_of(const GraphNode& node) {
    return *node.members.front();
}

void add_actions(Keys& keys, const GraphNode& node) {
    std::size_t which = 0;
    for (std::size_t i = 0; i < kActionCount; ++i)
        which |= static_cast<std::size_t>(node.actions[i] > 0 ? 1 : 0) << i;
    keys.add(which);
}

// Workflow, kind and, for agents and teams, action. Tasks of different actions may stand in any order among
// each other, so that two boxes of them could each come before the other.
void add_kind(Keys& keys, const GraphNode& node) {
    const Address& address = address_of(node);
    keys.add(address.workflow);
    keys.add(static_cast<std::size_t>(address.kind));
    if (address.kind != Kind::task) add_actions(keys, node);
}

// The nodes that come after each, in order.
class Followers {
  public:
    explicit Followers(const Graph& graph) : begins_(graph.nodes.size() + 1) {
        for (const GraphNode& node : graph.nodes) {
            for (const std::size_t other : node.after)
                ++begins_[other + 1];
        }
        std::partial_sum(begins_.begin(), begins_.end(), begins_.begin());
        nodes_.resize(begins_.back());
        std::vector<std::size_t> next = begins_;
        for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
            for (const std::size_t other : graph.nodes[i].after)
                nodes_[next[other]++] = i;
        }
    }

    std::span<const std::size_t> operator[](std::size_t node) const {
        return std::span(nodes_).subspan(begins_[node], begins_[node + 1] - begins_[node]);
    }

  private:
    std::vector<std::size_t> begins_;  // where those of each node begin in nodes_, and the end
    std::vector<std::size_t> nodes_;
};

// The same kind, team, action, and the same nodes before and after it.
Keys alike(const Graph& graph) {
    const Followers followers(graph);
    Keys keys(graph);
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
        const GraphNode& node = graph.nodes[i];
        add_kind(keys, node);
        add_actions(keys, node);
        keys.add(address_of(node).team);
        keys.add(node.after);
        keys.add(followers[i]);
        keys.end();
    }
    return keys;
}

// The agents of the same teams with the same action; all tasks of a team.
Keys by_team(const Graph& graph) {
    const Followers followers(graph);
    Keys keys(graph);
    std::vector<std::string_view> teams;
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
        const GraphNode& node = graph.nodes[i];
        const Address& address = address_of(node);
        add_kind(keys, node);
        if (address.kind == Kind::team) keys.add(address.name);
        if (address.kind == Kind::task) keys.add(address.team);
        if (address.kind == Kind::agent) {
            teams.clear();
            for (const std::span<const std::size_t> neighbours : {std::span(node.after), followers[i]}) {
                for (const std::size_t other : neighbours) {
                    const Address& neighbour = address_of(graph.nodes[other]);
                    if (neighbour.kind == Kind::team) teams.push_back(neighbour.name);
                }
            }
            std::ranges::sort(teams);
            const auto repeated = std::ranges::unique(teams);
            teams.erase(repeated.begin(), repeated.end());
            for (const std::string_view team : teams)
                keys.add(team);
        }
        keys.end();
    }
    return keys;
}

Keys by_kind(const Graph& graph) {
    Keys keys(graph);
    for (const GraphNode& node : graph.nodes) {
        add_kind(keys, node);
        keys.end();
    }
    return keys;
}

Keys by_workflow(const Graph& graph) {
    Keys keys(graph);
    for (const GraphNode& node : graph.nodes) {
        keys.add(address_of(node).workflow);
        keys.end();
    }
    return keys;
}

// The first ones by themselves and all others as one.
Keys the_rest(const Graph& graph, std::size_t most) {
    Keys keys(graph);
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
        keys.add(std::min(i, most - 1));
        keys.end();
    }
    return keys;
}

std::size_t groups_of(const Keys& keys, std::size_t nodes) {
    std::unordered_set<std::string_view> groups;
    for (std::size_t i = 0; i < nodes; ++i)
        groups.insert(keys[i]);
    return groups.size();
}

Graph merge(const Graph& graph, const Keys& keys) {
    std::unordered_map<std::string_view, std::size_t> group_of;
    std::vector<std::size_t> group(graph.nodes.size());
    Graph merged;
    merged.addresses = graph.addresses;
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
    constexpr int kRounds = 3;
    Graph merged = merge(graph, alike(graph));
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
    Graph drawn;
    std::string_view what;
    // What is alike or of one team is of one kind, too: where the kinds are too many, the others need not be
    // tried.
    if (const Keys kinds = by_kind(graph); groups_of(kinds, graph.nodes.size()) <= most) {
        drawn = merge_alike(graph);
        what = "what has the same action and the same place in the order is one";
        if (drawn.nodes.size() > most) {
            drawn = merge(graph, by_team(graph));
            what = "the agents of a team with the same action are one, and so are the tasks of a team";
        }
        if (drawn.nodes.size() > most) {
            drawn = merge(graph, kinds);
            what =
                "the agents and the teams of a workflow with the same action are one, and so are its tasks";
        }
    } else {
        drawn = merge(graph, by_workflow(graph));
        what = "a workflow is one";
        if (drawn.nodes.size() > most) {
            drawn = merge(drawn, the_rest(drawn, most));
            what = "a workflow is one, and those that come last in the alphabet are one together";
        }
    }
    std::string note = note_for(graph, drawn.nodes.size(), what);
    return {std::move(drawn), std::move(note)};
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
