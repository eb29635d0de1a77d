#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/diff/change.h"

namespace tlm::cmd {

// The two sides of a change as columns. An empty title leaves that side out.
struct Sides {
    std::string_view before = "Before";
    std::string_view after = "After";
};

// Appends a table of the attributes. Lists and texts of several lines are shown as what differs, across both
// columns; what does not is counted.
void put_attributes(std::string& out, const std::vector<AttributeChange>& attributes, const Sides& sides);

}  // namespace tlm::cmd
