#pragma once

#include <map>
#include <string>

#include "engine/base/result.h"

namespace tlm::cmd {

using Variables = std::map<std::string, std::string>;

// This process's environment.
[[nodiscard]] Variables environment_variables();

// `$XDG_CONFIG_HOME/tlm/tlm.conf`, by default in `~/.config`; empty where HOME is not set either. Errors:
// bad_input for a relative path, which would mean another file in each directory.
[[nodiscard]] Result<std::string> user_settings_path(const Variables& environment);

// `$XDG_STATE_HOME/tlm/trusted`, by default in `~/.local/state`; empty where HOME is not set either. Errors:
// as above.
[[nodiscard]] Result<std::string> trust_record_path(const Variables& environment);

// `~` and `~/…` as a shell expands them, any other path as it is. `origin` says where the path came from.
// Errors: bad_input where HOME is not set, or for `~name`, which is not expanded.
[[nodiscard]] Result<std::string> expand_home(const std::string& path, const std::string& origin,
                                              const Variables& environment);

}  // namespace tlm::cmd
