#pragma once

#include <map>
#include <string>

#include "cmd/settings.h"

namespace tlm::cmd {

// A value and where it came from, for messages: ".env:3", "the environment", "--url".
struct Setting {
    std::string value;
    std::string origin;
};
using SettingMap = std::map<std::string, Setting>;

// Reads NAME=VALUE lines: `export ` before and quotes around are allowed, # begins a comment. Adds to
// `settings` what is not there yet, and to `warnings` what looks like a misspelled name of ours. Errors:
// bad_input with file:line.
[[nodiscard]] Result<void> read_settings_file(const SettingsFile& file, SettingMap& settings,
                                              std::vector<std::string>& warnings);

}  // namespace tlm::cmd
