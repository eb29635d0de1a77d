#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/diff/change.h"

namespace tlm::cmd {

// One change or finding of a fold.
struct FoldLine {
    std::string_view what;  // plural, as what is cut is counted: "creates"
    int rank = 0;           // smaller ones are kept longer
    bool listed = false;    // named elsewhere too: not counted as left out where there is no room for it
    std::string name;       // its address, visible
    std::string line;       // as shown, a sign and a word before; visible
};

// A folded part, one for each workflow.
struct Fold {
    std::string title;  // shown as code
    std::string note;   // behind it: "3 to create"; our own words
    std::vector<FoldLine> lines;
    // What stands below line i: whole lines, each of which begins with a sign or a space; may be empty.
    std::function<std::string(std::size_t)> body;
};

// Bytes that folds_markdown is given at least, besides those of `where`.
inline constexpr std::size_t kLeastFoldBudget = 2'000;

// The folds as Markdown of at most `budget` bytes. Where not everything fits, each fold is given an equal
// share, and what small ones leave goes to the large ones; within a fold lines by rank, then what stands
// below them. What is left out is counted and named, with `where` to see it ("`tlm drift` shows all";
// Markdown). Time and memory are linear in the lines and in the budget.
[[nodiscard]] std::string folds_markdown(const std::vector<Fold>& folds, std::size_t budget,
                                         std::string_view where);

// The lines of a changed value for a block that is highlighted as a difference: `-` before, `+` after, a
// space before what is the same. Long ones are cut, which is said.
[[nodiscard]] std::string value_change_lines(const AttributeChange& change);
// `+` or `-` and the value on one line, cut where it is long.
[[nodiscard]] std::string value_line(char sign, Attribute attribute, const Value& value);

}  // namespace tlm::cmd
