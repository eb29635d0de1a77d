#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/diff/change.h"

namespace tlm::cmd {

// One line of how a value changes: a line of a text, or an element of a list.
struct DiffLine {
    enum class Kind { same, removed, added, skipped };
    Kind kind = Kind::same;
    std::string text;       // visible; empty for skipped ones
    std::size_t count = 0;  // of skipped ones: how many lines or elements are left out, unchanged
    friend bool operator==(const DiffLine&, const DiffLine&) = default;
};

// A list whose order means nothing is compared as a set. Otherwise a shortest edit script, with two unchanged
// lines around each difference of a text; where more than about 500 by 500 lines differ, all of the old ones
// are shown as removed and all of the new ones as added. An absent value has no lines.
[[nodiscard]] std::vector<DiffLine> value_diff(const AttributeChange& change);

// What a skipped line says: "… 12 unchanged lines".
[[nodiscard]] std::string skipped_text(const DiffLine& line, const AttributeChange& change);

// Whether the change can be read on one line: neither value is a text of several lines.
[[nodiscard]] bool fits_one_line(const AttributeChange& change);

// Two texts of which one has more than `most` bytes, each in about that many: around each difference what
// stands beside it, in place of what is the same how much that is, and behind it the size and hash of the
// whole text. A text that is short enough is left alone. Both are visible.
struct Windows {
    std::string before;
    std::string after;
};
[[nodiscard]] Windows differing_windows(std::string_view before, std::string_view after, std::size_t most);

}  // namespace tlm::cmd
