#include "cmd/user_files.h"

#include <fmt/format.h>
#include <unistd.h>

#include <string_view>

namespace tlm::cmd {
namespace {

std::string value_of(const Variables& environment, const char* name) {
    const auto at = environment.find(name);
    return at == environment.end() ? std::string() : at->second;
}

Result<std::string> absolute(const Variables& environment, const char* name) {
    std::string path = value_of(environment, name);
    if (path.empty() || path.front() == '/') return path;
    return fail(ErrorCode::bad_input, fmt::format("{} must be an absolute path", name), "the environment",
                {fmt::format("Set {} to an absolute path, or unset it.", name)});
}

// The XDG base directory specification: an empty variable counts as unset.
Result<std::string> below_base(const Variables& environment, const char* variable, const char* usual,
                               const char* file) {
    BOOST_OUTCOME_TRY(base, absolute(environment, variable));
    if (!base.empty()) return base + "/" + file;
    BOOST_OUTCOME_TRY(home, absolute(environment, "HOME"));
    return home.empty() ? std::string() : fmt::format("{}/{}/{}", home, usual, file);
}

}  // namespace

Variables environment_variables() {
    Variables environment;
    for (char** variable = environ; *variable != nullptr; ++variable) {
        const std::string_view text(*variable);
        const std::size_t equals = text.find('=');
        if (equals != std::string_view::npos)
            environment.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
    return environment;
}

Result<std::string> user_settings_path(const Variables& environment) {
    return below_base(environment, "XDG_CONFIG_HOME", ".config", "tlm/tlm.conf");
}

Result<std::string> trust_record_path(const Variables& environment) {
    return below_base(environment, "XDG_STATE_HOME", ".local/state", "tlm/trusted");
}

Result<std::string> expand_home(const std::string& path, const std::string& origin,
                                const Variables& environment) {
    if (!path.starts_with("~")) return path;
    if (path.size() > 1 && path[1] != '/') {
        return fail(ErrorCode::bad_input, "only `~/` is expanded, not the home directory of another user",
                    origin, {"Write the path in full; a file whose name begins with ~ is ./~NAME."});
    }
    BOOST_OUTCOME_TRY(home, absolute(environment, "HOME"));
    if (home.empty()) {
        return fail(ErrorCode::bad_input, "the path begins with ~, and HOME is not set", origin,
                    {"Set HOME, or write the path in full."});
    }
    return home + path.substr(1);
}

}  // namespace tlm::cmd
