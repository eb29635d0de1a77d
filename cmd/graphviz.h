#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cmd/child_process.h"
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

// Graphviz's `dot`, a program of its own: its library would cost every start of tlm more than all the rest.
class Dot {
  public:
    // Starts it, so that it is there where no program can be started any more (see confine). Where it was not
    // called, place() does.
    void start();

    // Places boxes from left to right in their order, once. Errors: internal, with what to install where it
    // is absent.
    [[nodiscard]] Result<Placement> place(const std::vector<BoxSize>& boxes,
                                          const std::vector<BoxEdge>& edges);

  private:
    std::optional<Child> child_;
};

}  // namespace tlm::cmd
