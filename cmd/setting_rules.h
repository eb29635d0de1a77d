#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cmd/settings_file.h"

namespace tlm::cmd {

// What the rules are applied to.
struct RuleInput {
    const SettingMap& settings;              // those that count
    const std::vector<SettingsFile>& files;  // for their trust
    bool uses_broker = false;                // else NATS_URL is another program's
    std::string user_file = {};              // for messages, may be empty
    std::function<bool(const std::string& path)> is_below_directory;
    // The state guards something: it exists at its default place, or signatures are demanded. Then another
    // one would know neither what is protected nor which plans were carried out.
    bool state_guards = false;
};

// Whether the target is a sandbox, whose path follows.
[[nodiscard]] bool is_sandbox(const std::string& url);

// Whether each setting that counts may come from where it comes from. Settings that a source of higher
// precedence overrides do not count and are never an error.
//  - Options, environment and trusted files set everything.
//  - An untrusted file sets what is harmless. Where it holds the URL of a server and its key, and both count,
//  it
//    sets how that server is reached as well: these act on that pair only, so that no secret of another
//    source may be in use with it.
//  - A file that can't be trusted sets what is harmless.
//  - Some settings are limited to certain sources (ReadFrom), whatever is trusted.
// Also refuses what is set but empty and must not be. Errors: bad_input, with file and line, the setting, and
// how it can be set instead.
[[nodiscard]] Result<void> check_sources(const RuleInput& input);

}  // namespace tlm::cmd
