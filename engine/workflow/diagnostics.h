#pragma once

#include <string>
#include <utility>
#include <vector>

#include "engine/workflow/reader.h"

namespace tlm {

// Collects faults, up to a bound: a file that is wrong throughout is not worth a gigabyte of messages.
class Diagnostics {
  public:
    void add(Position position, std::string message, std::string hint = {},
             std::vector<std::pair<Position, std::string>> related = {});
    // No more are kept, only counted: a suggestion is not worth computing.
    [[nodiscard]] bool full() const;
    // All of them, sorted by place.
    [[nodiscard]] std::vector<Diagnostic> take();

  private:
    std::vector<Diagnostic> list_;
    std::size_t dropped_ = 0;
};

}  // namespace tlm
