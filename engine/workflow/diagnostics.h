#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/workflow/reader.h"

namespace tlm {

// Collects faults, up to a bound: a file that is wrong throughout is not worth a gigabyte of messages.
class Diagnostics {
  public:
    void add(Position position, std::string message, std::string hint = {},
             std::vector<std::pair<Position, std::string>> related = {});
    // Those that were found in later sources.
    void append(Diagnostics later);
    // No more are kept, only counted: a suggestion is not worth computing.
    [[nodiscard]] bool full() const;
    // All of them, sorted by place, with their offsets in the sources.
    [[nodiscard]] std::vector<Diagnostic> take(const std::vector<Source>& sources);

  private:
    std::vector<Diagnostic> list_;
    std::size_t dropped_ = 0;
};

// `text` as messages show what a file holds: in backquotes, and cut where it is long.
[[nodiscard]] std::string backquoted(std::string_view text);

}  // namespace tlm
