#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cmd/broker_address.h"
#include "cmd/options.h"
#include "cmd/settings_file.h"
#include "cmd/user_files.h"
#include "engine/base/secret.h"
#include "providers/agamemnon/agamemnon.h"
#include "state/storage/private_file.h"

namespace tlm::cmd {

// What a run works with, from options, environment, .env, tlm.conf, the user's file and defaults, in this
// order of precedence.
struct Settings {
    std::string target;          // canonical: https://… without a slash at the end, or sandbox:PATH
    std::string sandbox_path;    // empty for a server
    bool sandbox_named = false;  // as OwnFile::named
    Secret api_key;
    std::string host_id;
    std::string workflows_dir;
    OwnFile state_path{".tlm/state.db"};
    std::string trusted_keys_dir;  // *.pub, by which plans must be signed; may be empty
    TlsFiles tls;
    std::chrono::milliseconds timeout{30000};  // of one request
    double rate_limit_rps = 0;                 // 0: no limit of our own
    double rate_limit_burst = 0;
    std::chrono::milliseconds workflow_timeout{7'200'000};  // where a workflow says nothing
    std::chrono::milliseconds monitor_timeout{0};           // whatever it says; 0: no such limit
    std::optional<BrokerAddress> broker;                    // of events about tasks, where it waits for them
    std::chrono::milliseconds failure_interval{5000};       // after a read that failed while waiting
    int failure_threshold = 10;                             // reads in a row that may fail while waiting
    std::vector<std::string> warnings;                      // for people, about the settings files
};

inline constexpr const char* kDefaultState = ".tlm/state.db";

// What resolving looks at outside of its arguments.
struct Surroundings {
    // Whether a path stays below the working directory, without a link on the way.
    std::function<bool(const std::string& path)> is_below_directory;
    // The user's settings file for messages; may be empty.
    std::string user_file = {};
    bool has_default_state = false;  // kDefaultState is there
};

// Pure but for `surroundings`. `files` in order of precedence. Errors: bad_input, naming the setting and
// where its value came from.
[[nodiscard]] Result<Settings> resolve_settings(const Options& options, const Variables& environment,
                                                const std::vector<SettingsFile>& files,
                                                const Surroundings& surroundings);

// The same with this process's environment, the files of its directory and the user's.
[[nodiscard]] Result<Settings> load_settings(const Options& options);

// One file of the directory, `.env` or `tlm.conf`, as far as it may be trusted. Nothing where there is none.
// Errors: bad_input.
[[nodiscard]] Result<std::optional<SettingsFile>> read_directory_file(SettingSource source,
                                                                      const Variables& environment);

// The user's settings file. Nothing where there is none. Errors: bad_input.
[[nodiscard]] Result<std::optional<SettingsFile>> read_user_file(const Variables& environment);

// The path of a settings file as an absolute one, which trust is recorded under. Errors: bad_input.
[[nodiscard]] Result<std::string> recorded_path(const std::string& name);

// What counts of all sources, before anything is checked. Errors: bad_input with file:line.
[[nodiscard]] Result<SettingMap> settings_that_count(const Options& options, const Variables& environment,
                                                     const std::vector<SettingsFile>& files,
                                                     std::vector<std::string>& warnings);

}  // namespace tlm::cmd
