#pragma once

#include <string>
#include <vector>

#include "cmd/inputs.h"
#include "cmd/settings.h"
#include "engine/base/result.h"
#include "engine/workflow/reader.h"

namespace tlm::cmd {

// Reads the workflow files that were named, or, where none was, every *.yaml, *.yml and *.json in the
// directory of the settings, sorted by name. A directory among the names stands for its workflow files. A
// file that was not named is regular and does not lead out of its directory. Errors: bad_input; not_found
// where a directory holds none.
[[nodiscard]] Result<std::vector<Source>> read_workflow_files(Inputs& inputs,
                                                              const std::vector<std::string>& named,
                                                              const Settings& settings);

// Every *.yaml, *.yml and *.json in a directory, sorted by name. Errors: bad_input, where there is none.
[[nodiscard]] Result<std::vector<std::string>> workflow_files_in(const std::string& directory);

}  // namespace tlm::cmd
