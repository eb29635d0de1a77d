#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace tlm::cmd {

// One or many names in few characters: `a[01-12]` is a01, a02 … a12, and `a[7,9-11]` is a7, a9, a10 and a11.
// Numbers of a range are of one width where its two ends are, else they have no zeros before them. With
// several brackets every combination is meant.
struct NameRange {
    std::string text;
    std::size_t names = 0;  // that it stands for
    std::string first;      // of these, in the order that they were given
    std::string last;
};

// The names, each exactly as often as it was given, in as few ranges as is found in time and memory linear in
// their size (but for sorting); those whose first name was given first come first. A `[`, `]` or `,` of a
// name is written %5B, %5D or %2C, and a space at either end %20, as an address may have them, so that the
// text has one meaning. The names are visible, and a `%` in them begins an escape.
[[nodiscard]] std::vector<NameRange> name_ranges(const std::vector<std::string>& names);

// The text with what a range gives a meaning to written as an escape, as above.
[[nodiscard]] std::string escape_range(const std::string& text);

}  // namespace tlm::cmd
