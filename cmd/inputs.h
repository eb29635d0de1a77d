#pragma once

#include <map>
#include <string>

#include "cmd/text_file.h"

namespace tlm::cmd {

// The files that the command line names. Each is read once, because a pipe can't be read twice: what was
// looked into to learn what it holds is kept until it is taken.
class Inputs {
  public:
    // Whether the file holds a plan, as far as its beginning tells. False where it can't be read, which
    // take() tells.
    [[nodiscard]] bool holds_plan(const std::string& path);
    // All of it. Errors: bad_input, as read_input_file().
    [[nodiscard]] Result<TextFile> take(const std::string& path, const std::string& what);

  private:
    std::map<std::string, Result<TextFile>> read_;
};

}  // namespace tlm::cmd
