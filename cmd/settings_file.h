#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/base/result.h"

namespace tlm::cmd {

// Where a setting comes from, the first in this order counts.
enum class SettingSource { option, environment, dot_env, conf, user_file };

// What a settings file may set.
enum class Trust {
    full,   // everything: the user's file, and a file that `tlm trust` recorded
    none,   // what is harmless, and a pair of URL and key
    never,  // what is harmless: it belongs to someone else, or others can write to it
};

// A settings file's text with the name that messages give it.
struct SettingsFile {
    SettingSource source = SettingSource::conf;
    std::string name;
    std::string text;
    Trust trust = Trust::none;
    std::string distrust = {};  // why it can never be trusted
};

// A value and where it came from, for messages: ".env:3", "the environment", "--url".
struct Setting {
    std::string value;
    std::string origin;
    SettingSource source = SettingSource::environment;
    Trust trust = Trust::full;       // of the source
    bool overrides_trusted = false;  // a trusted source of lower precedence has another value
};
using SettingMap = std::map<std::string, Setting>;

// Reads NAME=VALUE lines: `export ` before and quotes around are allowed, # begins a comment. Nothing is
// expanded in a value: `${NAME}` would send a variable of the environment wherever the file says. Adds to
// `settings` what is not there yet, and to `warnings` what looks like a misspelled name of ours. Errors:
// bad_input with file:line.
[[nodiscard]] Result<void> read_settings_file(const SettingsFile& file, SettingMap& settings,
                                              std::vector<std::string>& warnings);

}  // namespace tlm::cmd
