#pragma once

#include <string>
#include <vector>

#include "cmd/graphviz.h"
#include "cmd/render/graph_collapse.h"

namespace tlm::cmd {

// A file of its own brings its style, a background and a legend; in a page the page has them.
enum class SvgUse { file, page };

// More boxes than this are too many to look at.
inline constexpr std::size_t kMostBoxes = 80;

// How large the boxes of a graph are, framed by workflow where that tells something.
[[nodiscard]] std::vector<BoxSize> box_sizes(const Graph& graph);
[[nodiscard]] std::vector<BoxEdge> box_edges(const Graph& graph);

// The picture: boxes in order of execution from left to right, an action's sign and word beside its colour.
// It is well-formed XML whatever the names hold. `placement` is of box_sizes and box_edges.
[[nodiscard]] std::string graph_svg(const CollapsedGraph& drawn, const Placement& placement, SvgUse use);

}  // namespace tlm::cmd
