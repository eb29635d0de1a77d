#include "cmd/settings.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "cmd/settings_file.h"
#include "cmd/target_address.h"
#include "engine/base/text.h"

namespace tlm::cmd {
namespace {

Error bad(const std::string& name, const Setting& setting, std::string_view what) {
    return fail(ErrorCode::bad_input, fmt::format("{} {}", name, what), setting.origin);
}

// Whether the user names it at this call, and not a file of the directory, which may be a checkout's.
bool named_by_user(const Setting* setting) {
    return setting != nullptr && (setting->origin == "the environment" || setting->origin.starts_with("--"));
}

class Resolver {
  public:
    explicit Resolver(const SettingMap& settings) : settings_(settings) {}

    [[nodiscard]] const Setting* find(const std::string& name) const {
        const auto at = settings_.find(name);
        return at == settings_.end() || at->second.value.empty() ? nullptr : &at->second;
    }

    [[nodiscard]] std::string text(const std::string& name, const std::string& fallback = {}) const {
        const Setting* setting = find(name);
        return setting == nullptr ? fallback : setting->value;
    }

    [[nodiscard]] Result<bool> truth(const std::string& name, bool fallback) const {
        const Setting* setting = find(name);
        if (setting == nullptr) return fallback;
        std::string word = setting->value;
        std::ranges::transform(word, word.begin(),
                               [](char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; });
        if (word == "true" || word == "1" || word == "yes" || word == "on") return true;
        if (word == "false" || word == "0" || word == "no" || word == "off") return false;
        return bad(name, *setting, "takes true or false");
    }

    [[nodiscard]] Result<double> number(const std::string& name, double fallback, double least,
                                        double most) const {
        const Setting* setting = find(name);
        if (setting == nullptr) return fallback;
        double value = 0;
        const char* last = setting->value.data() + setting->value.size();
        const auto [end, error] = std::from_chars(setting->value.data(), last, value);
        if (error != std::errc() || end != last || !(value >= least) || !(value <= most)) {
            return bad(name, *setting, fmt::format("takes a number from {} to {}", least, most));
        }
        return value;
    }

  private:
    const SettingMap& settings_;
};

void add_options(const Options& options, SettingMap& settings) {
    const auto add = [&](const char* name, const std::optional<std::string>& value, const char* option) {
        if (value) settings.insert_or_assign(name, Setting{*value, option});
    };
    add("AGAMEMNON_URL", options.url, "--url");
    add("WORKFLOWS_DIR", options.workflows_dir, "--workflows");
    add("TLM_STATE", options.state, "--state");
    add("AGAMEMNON_CA_CERT", options.ca_cert, "--ca-cert");
}

Result<void> read_addresses(const Resolver& resolver, bool waits, Settings& settings) {
    BOOST_OUTCOME_TRY(tls, resolver.truth("REQUIRE_TLS", true));
    const Setting* url = resolver.find("AGAMEMNON_URL");
    BOOST_OUTCOME_TRY(address,
                      url == nullptr ? default_target() : read_target_address(url->value, url->origin, tls));
    settings.target = std::move(address.text);
    settings.sandbox_path = std::move(address.sandbox_path);
    settings.sandbox_named = named_by_user(url);
    const Setting* broker = resolver.find("NATS_URL");
    // Other programs go by NATS_URL too: where nothing waits, or nobody sends events, it is none of our
    // business.
    if (!waits || broker == nullptr || !settings.sandbox_path.empty()) return success();
    BOOST_OUTCOME_TRY(found, read_broker_address(broker->value, broker->origin, tls));
    settings.broker = std::move(found);
    return success();
}

Result<void> read_key(const Resolver& resolver, Settings& settings) {
    const Setting* key = resolver.find("AGAMEMNON_API_KEY");
    if (key == nullptr) {
        if (settings.sandbox_path.empty()) {
            settings.warnings.emplace_back(
                "AGAMEMNON_API_KEY is not set; most servers refuse requests without it");
        }
        return success();
    }
    const bool printable = std::ranges::all_of(key->value, [](char c) { return c > 0x20 && c < 0x7F; });
    if (!printable)
        return bad("AGAMEMNON_API_KEY", *key,
                   "holds a blank, a line end or another character that no key has");
    settings.api_key = Secret(key->value);
    return success();
}

// A settings file that is not there is empty; one that can't be read may name another target than the
// default.
Result<SettingsFile> read_if_there(const char* path) {
    std::error_code error;
    const auto type = std::filesystem::status(path, error).type();
    if (type == std::filesystem::file_type::not_found) return SettingsFile{path, {}};
    std::ifstream file;
    if (type != std::filesystem::file_type::directory) file.open(path, std::ios::binary);
    if (!file.is_open())
        return fail(ErrorCode::bad_input, "can't read this settings file", path,
                    {"Check what it is and its permissions, or move it away."});
    return SettingsFile{path, std::string(std::istreambuf_iterator<char>(file), {})};
}

}  // namespace

Result<Settings> resolve_settings(const Options& options, const Variables& environment,
                                  const std::vector<SettingsFile>& files) {
    Settings settings;
    SettingMap map;
    for (const auto& [name, value] : environment)
        map.emplace(name, Setting{value, "the environment"});
    for (const SettingsFile& file : files) {
        BOOST_OUTCOME_TRYV(read_settings_file(file, map, settings.warnings));
    }
    add_options(options, map);
    const Resolver resolver(map);
    BOOST_OUTCOME_TRYV(read_addresses(resolver, options.wait, settings));
    BOOST_OUTCOME_TRYV(read_key(resolver, settings));
    if (const Setting* host = resolver.find("HOST_ID")) {
        if (!valid_utf8(host->value)) return bad("HOST_ID", *host, "is not UTF-8, and plans hold it");
        settings.host_id = host->value;
    }
    settings.workflows_dir = resolver.text("WORKFLOWS_DIR", "workflows");
    settings.workflows_named = named_by_user(resolver.find("WORKFLOWS_DIR"));
    settings.state_path =
        OwnFile(resolver.text("TLM_STATE", ".tlm/state.db"), named_by_user(resolver.find("TLM_STATE")));
    settings.trusted_keys_dir = resolver.text("TLM_TRUSTED_KEYS");
    settings.tls = {resolver.text("AGAMEMNON_CA_CERT"), resolver.text("AGAMEMNON_CLIENT_CERT"),
                    resolver.text("AGAMEMNON_CLIENT_KEY")};
    if (settings.tls.client_cert.empty() && !settings.tls.client_key.empty()) {
        return bad("AGAMEMNON_CLIENT_KEY", *resolver.find("AGAMEMNON_CLIENT_KEY"),
                   "is of use only together with AGAMEMNON_CLIENT_CERT");
    }
    BOOST_OUTCOME_TRY(seconds, resolver.number("AGAMEMNON_TIMEOUT", 30, 0.001, 3600));
    settings.timeout = std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000));
    BOOST_OUTCOME_TRY(rps, resolver.number("AGAMEMNON_RATE_LIMIT_RPS", 0, 0, 1e6));
    BOOST_OUTCOME_TRY(burst, resolver.number("AGAMEMNON_RATE_LIMIT_BURST", std::max(1.0, rps), 1, 1e6));
    constexpr double kTenYears = 3.2e8;
    BOOST_OUTCOME_TRY(usual, resolver.number("DEFAULT_WORKFLOW_TIMEOUT", 7200, 0.001, kTenYears));
    BOOST_OUTCOME_TRY(most, resolver.number("MONITOR_TIMEOUT_SECONDS", 0, 0, kTenYears));
    BOOST_OUTCOME_TRY(threshold, resolver.number("HEALTHCHECK_FAILURE_THRESHOLD", 10, 1, 1e6));
    BOOST_OUTCOME_TRY(interval, resolver.number("HEALTHCHECK_INTERVAL_SECONDS", 5, 0.001, 3600));
    settings.failure_interval = std::chrono::milliseconds(static_cast<std::int64_t>(interval * 1000));
    settings.workflow_timeout = std::chrono::milliseconds(static_cast<std::int64_t>(usual * 1000));
    settings.monitor_timeout = std::chrono::milliseconds(static_cast<std::int64_t>(most * 1000));
    settings.failure_threshold = static_cast<int>(threshold);
    settings.rate_limit_rps = rps;
    settings.rate_limit_burst = burst;
    return settings;
}

Result<Settings> load_settings(const Options& options) {
    Variables environment;
    for (char** variable = environ; *variable != nullptr; ++variable) {
        const std::string_view text(*variable);
        const std::size_t equals = text.find('=');
        if (equals != std::string_view::npos)
            environment.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
    BOOST_OUTCOME_TRY(dot_env, read_if_there(".env"));
    BOOST_OUTCOME_TRY(conf, read_if_there("tlm.conf"));
    return resolve_settings(options, environment, {std::move(dot_env), std::move(conf)});
}

}  // namespace tlm::cmd
