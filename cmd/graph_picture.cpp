#include "cmd/graph_picture.h"

namespace tlm::cmd {

Result<GraphPicture> graph_picture(const Graph& graph, SvgUse use, Dot& dot) {
    CollapsedGraph drawn = collapse(graph, kMostBoxes);
    drawn.graph = without_implied_edges(std::move(drawn.graph));
    if (drawn.graph.nodes.empty()) drawn.note = "There is nothing to do.";
    BOOST_OUTCOME_TRY(placement, dot.place(box_sizes(drawn.graph), box_edges(drawn.graph)));
    return GraphPicture{graph_svg(drawn, placement, use), drawn.note};
}

}  // namespace tlm::cmd
