#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tlm::cmd {

// What is shown in the width of a terminal. All of these take text that `visible` has been through, beside
// the colours of a Style, which take no columns; a width of 0 is no limit.

// Each line that is wider than `width` columns goes on below, indented by two more than it begins with. It is
// parted where two spaces part it into columns, then between words; a word is broken only where it is longer
// than a line, and moved to the left where that keeps it whole. Nothing but the spaces at which a line is
// parted is left out.
[[nodiscard]] std::string fit(std::string_view text, std::size_t width);

// A command to be copied, with a line feed: where it is wider, a line ends with a backslash, so that a shell
// takes the lines as one command. A word of it is never broken.
[[nodiscard]] std::string command_text(std::string_view command, std::size_t indent, std::size_t width);

// A sentence and the command that it ends with, on one line where that fits, else the command below.
[[nodiscard]] std::string sentence_with_command(std::string_view sentence, std::string_view command,
                                                std::size_t width);

}  // namespace tlm::cmd
