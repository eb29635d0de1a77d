#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/result.h"

namespace tlm::cmd {

// All lengths are in pixels, from the left and from the top.
struct Point {
    double x = 0;
    double y = 0;
};

// A box to be placed. Boxes with the same frame are kept together and apart from those of others.
struct BoxSize {
    double width = 0;
    double height = 0;
    std::size_t frame = 0;
};

// From the box that comes first to the one that comes after it.
using BoxEdge = std::pair<std::size_t, std::size_t>;

struct Curve {
    BoxEdge edge;
    std::vector<Point> points;  // of cubic Bézier curves: 3n + 1
};

struct Placement {
    double width = 0;
    double height = 0;
    std::vector<Point> centres;  // of the boxes, as they were given
    std::vector<Curve> curves;
};

// What `dot` is asked: boxes without any text, so that no name ever reaches it.
[[nodiscard]] std::string placement_request(const std::vector<BoxSize>& boxes,
                                            const std::vector<BoxEdge>& edges);

// Reads what `dot -Tplain` answers. Errors: internal, where it is not that or a box is missing.
[[nodiscard]] Result<Placement> read_placement(std::string_view plain, std::size_t boxes);

// Places boxes from left to right in their order with Graphviz's `dot`, a program of its own: its library
// would cost every start of tlm more than all the rest. Errors: internal, with what to install where it is
// absent.
[[nodiscard]] Result<Placement> place_boxes(const std::vector<BoxSize>& boxes,
                                            const std::vector<BoxEdge>& edges);

}  // namespace tlm::cmd
