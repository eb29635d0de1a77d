#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/diff/change.h"

namespace tlm::cmd {

// How much is shown of one change, in bytes, but `lines`. Everything, as long as the comment holds it.
struct Detail {
    std::size_t line = std::string::npos;   // of its own line
    std::size_t value = std::string::npos;  // of a value, or a line of one
    std::size_t lines = std::string::npos;  // of the difference of one value
    std::size_t body = std::string::npos;   // of all that stands below its line
};

// A part of what stands below a line: whole lines, each of which begins with a sign or a space.
struct FoldPart {
    std::string name;  // of the attribute
    std::string text;
    bool shortened = false;
};

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
    // What stands below line i; may be empty.
    std::function<std::vector<FoldPart>(std::size_t i, const Detail& detail)> body;
};

// The folds, and what of them is not shown: counts, then names as far as they have room. The latter belongs
// to the top of a comment, where nobody misses it; empty where everything is shown.
struct FoldsMarkdown {
    std::string left_out;
    std::string text;
};

// Bytes that folds_markdown is given at least, besides those of `where`.
inline constexpr std::size_t kLeastFoldBudget = 2'000;

// The folds as Markdown of at most `budget` bytes, what is left out included. Where not everything fits, long
// values are shortened. Where that is not enough each fold is given an equal share, and what small ones leave
// goes to the large ones; within a fold lines by rank, then what stands below them. What is left out is
// counted and named, with `where` to see it ("`tlm drift` shows all"; Markdown). Time and memory are linear
// in the lines and in the budget.
[[nodiscard]] FoldsMarkdown folds_markdown(const std::vector<Fold>& folds, std::size_t budget,
                                           std::string_view where);

// The lines of a changed value for a block that is highlighted as a difference: `-` before, `+` after, a
// space before what is the same. Of long ones what differs and what is beside it, with their size and hash.
[[nodiscard]] FoldPart value_change_lines(const AttributeChange& change, const Detail& detail);
// `+` or `-` and the value on one line, shortened where it is long.
[[nodiscard]] FoldPart value_line(char sign, Attribute attribute, const Value& value, const Detail& detail);

}  // namespace tlm::cmd
