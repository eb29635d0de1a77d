#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "engine/plan/plan.h"
#include "engine/resource/desired.h"

namespace tlm::cmd {

inline constexpr std::size_t kActionCount = static_cast<std::size_t>(Action::none) + 1;

// One resource or change; in a collapsed graph several that are drawn as one.
struct GraphNode {
    std::vector<const Address*> members;              // at least one, sorted; of the graph's addresses
    std::array<std::size_t, kActionCount> actions{};  // how many of each; all zero where nothing is planned
    std::vector<std::size_t> after;                   // the nodes that come before it, sorted, each once
};

// What must come before what.
struct Graph {
    std::vector<GraphNode> nodes;  // sorted by address
    // Of all its resources, sorted; shared by the graphs that are made of this one.
    std::shared_ptr<const std::vector<Address>> addresses;
};

// A node for each change, and one without an action for each task that is waited for and does not change.
[[nodiscard]] Graph graph_of(const Plan& plan);
// A node for each resource that the workflows want, without actions.
[[nodiscard]] Graph graph_of(const std::vector<DesiredResource>& desired);

// The action of all its members; nothing where they differ or nothing is planned.
[[nodiscard]] std::optional<Action> action_of(const GraphNode& node);

// Every node with what it comes after, for people.
[[nodiscard]] std::string graph_text(const Graph& graph);
// The same for Graphviz.
[[nodiscard]] std::string graph_dot(const Graph& graph);

}  // namespace tlm::cmd
