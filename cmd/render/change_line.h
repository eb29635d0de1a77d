#pragma once

#include <string>
#include <string_view>

#include "engine/diff/change.h"

namespace tlm::cmd {

// How a change looks in a block of Markdown that is highlighted as a difference.
struct DiffSign {
    std::string_view sign;    // two characters, of which the first one gives the line its colour
    std::string_view word;    // padded
    std::string_view plural;  // "creates"
    int rank;                 // in order of what matters when space is short: smaller ones are kept longer
};
[[nodiscard]] DiffSign diff_sign(Action action);

// Sign, action, address and reason. `address` is visible.
[[nodiscard]] std::string change_line(const Change& change, const std::string& address);

}  // namespace tlm::cmd
