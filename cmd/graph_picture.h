#pragma once

#include <string>

#include "cmd/graphviz.h"
#include "cmd/render/graph.h"
#include "cmd/render/graph_svg.h"

namespace tlm::cmd {

struct GraphPicture {
    std::string svg;
    std::string note;  // what is drawn together, may be empty
};

// Collapses a graph, has it laid out and draws it. Errors: internal, where Graphviz is absent or fails.
[[nodiscard]] Result<GraphPicture> graph_picture(const Graph& graph, SvgUse use, Dot& dot);

}  // namespace tlm::cmd
