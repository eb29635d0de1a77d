#pragma once

#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/workflow/reader.h"

namespace tlm::cmd {

// Reads the workflow files that were named, or, where none was, every *.yaml, *.yml and *.json in
// `directory`, sorted by name. A directory among the names stands for its workflow files. Errors: bad_input;
// not_found where a directory holds none.
[[nodiscard]] Result<std::vector<Source>> read_workflow_files(const std::vector<std::string>& named,
                                                              const std::string& directory);

// Every *.yaml, *.yml and *.json in a directory, sorted by name. Errors: bad_input, where there is none.
[[nodiscard]] Result<std::vector<std::string>> workflow_files_in(const std::string& directory);

}  // namespace tlm::cmd
