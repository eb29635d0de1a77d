#pragma once

#include <cstddef>
#include <string>

#include "cmd/render/graph.h"

namespace tlm::cmd {

// A graph small enough to look at.
struct CollapsedGraph {
    Graph graph;
    std::string note;  // what is drawn as one, in a sentence; empty where everything is drawn by itself
};

// Draws together what is alike, coarser and coarser, until at most `most` nodes are left: what has the same
// action and place in the order; the agents of one team with the same action and the tasks of a team;
// everything of one kind in a workflow; whole workflows. The order that is shown stays true: where one box
// comes before another, none of its resources comes after one of the other's.
[[nodiscard]] CollapsedGraph collapse(const Graph& graph, std::size_t most);

// The graph without the edges that follow from others. Takes time in the cube of the nodes, so it is for
// what collapse() gives.
[[nodiscard]] Graph without_implied_edges(Graph graph);

}  // namespace tlm::cmd
