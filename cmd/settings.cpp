#include "cmd/settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>

#include "cmd/paths.h"
#include "cmd/setting_rules.h"
#include "cmd/setting_table.h"
#include "cmd/settings_input.h"
#include "cmd/target_address.h"
#include "cmd/trust_record.h"
#include "engine/base/text.h"

namespace tlm::cmd {
namespace {

Error bad(const std::string& name, const Setting& setting, std::string_view what) {
    return fail(ErrorCode::bad_input, fmt::format("{} {}", name, what), setting.origin);
}

// Whether the user names it, and not a file of the directory that may be a checkout's.
bool named_by_user(const Setting* setting) {
    return setting != nullptr && setting->trust == Trust::full;
}

class Resolver {
  public:
    Resolver(const SettingMap& settings, const Variables& environment)
        : settings_(settings), environment_(environment) {}

    [[nodiscard]] const Setting* find(const std::string& name) const {
        const auto at = settings_.find(name);
        return at == settings_.end() || at->second.value.empty() ? nullptr : &at->second;
    }

    // With `~/` expanded.
    [[nodiscard]] Result<std::string> path(const std::string& name, const std::string& fallback = {}) const {
        const Setting* setting = find(name);
        if (setting == nullptr) return fallback;
        return expand_home(setting->value, setting->origin, environment_);
    }

    [[nodiscard]] Result<bool> truth(const std::string& name, bool fallback) const {
        const Setting* setting = find(name);
        if (setting == nullptr) return fallback;
        return read_truth(name, *setting);
    }

    [[nodiscard]] Result<double> number(const std::string& name, double fallback) const {
        const Setting* setting = find(name);
        if (setting == nullptr) return fallback;
        const NumberRange range = find_setting(name)->range.value();
        double value = 0;
        const char* last = setting->value.data() + setting->value.size();
        const auto [end, error] = std::from_chars(setting->value.data(), last, value);
        const bool within =
            (value >= range.least && value <= range.most) || (value == 0 && range.zero_is_none);
        if (error == std::errc() && end == last && within) return value;
        return bad(name, *setting,
                   fmt::format("takes a number from {} to {}{}", range.least, range.most,
                               range.zero_is_none ? ", or 0 for no limit" : ""));
    }

    [[nodiscard]] Result<std::chrono::milliseconds> seconds(const std::string& name, double fallback) const {
        BOOST_OUTCOME_TRY(value, number(name, fallback));
        return std::chrono::milliseconds(static_cast<std::int64_t>(value * 1000));
    }

    [[nodiscard]] const Variables& environment() const { return environment_; }

    static Result<bool> read_truth(const std::string& name, const Setting& setting) {
        std::string word = setting.value;
        std::ranges::transform(word, word.begin(),
                               [](char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; });
        if (word == "true" || word == "1" || word == "yes" || word == "on") return true;
        if (word == "false" || word == "0" || word == "no" || word == "off") return false;
        return bad(name, setting, "takes true or false");
    }

  private:
    const SettingMap& settings_;
    const Variables& environment_;
};

void add_options(const Options& options, SettingMap& settings) {
    const auto add = [&](const char* name, const std::optional<std::string>& value, const char* option) {
        if (value) settings.insert_or_assign(name, Setting{*value, option, SettingSource::option});
    };
    add("AGAMEMNON_URL", options.url, "--url");
    add("WORKFLOWS_DIR", options.workflows_dir, "--workflows");
    add("TLM_STATE", options.state, "--state");
    add("AGAMEMNON_CA_CERT", options.ca_cert, "--ca-cert");
    // Keys that are named replace those of the setting, of which only what it revokes still counts. What a
    // file of the directory says counts for nothing.
    const auto keys = settings.find("TLM_TRUSTED_KEYS");
    const bool of_directory = keys != settings.end() && (keys->second.source == SettingSource::dot_env ||
                                                         keys->second.source == SettingSource::conf);
    if (of_directory && !options.trusted_keys.empty()) settings.erase(keys);
}

// With `~/` expanded in a sandbox's path.
Result<TargetAddress> read_target(const Setting& url, bool require_tls, const Variables& environment) {
    if (!is_sandbox(url.value)) return read_target_address(url.value, url.origin, require_tls);
    const std::size_t colon = url.value.find(':');
    BOOST_OUTCOME_TRY(path, expand_home(url.value.substr(colon + 1), url.origin, environment));
    return read_target_address(url.value.substr(0, colon + 1) + path, url.origin, require_tls);
}

bool demands_signatures(const Options& options, const SettingMap& settings) {
    return !options.trusted_keys.empty() || settings.contains("TLM_TRUSTED_KEYS");
}

Result<void> read_addresses(const Resolver& resolver, bool waits, Settings& settings) {
    BOOST_OUTCOME_TRY(tls, resolver.truth("REQUIRE_TLS", true));
    const Setting* url = resolver.find("AGAMEMNON_URL");
    BOOST_OUTCOME_TRY(address,
                      url == nullptr ? default_target() : read_target(*url, tls, resolver.environment()));
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

// A relative path would name other keys in each directory, and a checkout's in a checkout.
Result<void> read_trusted_keys_directory(const Resolver& resolver, Settings& settings) {
    BOOST_OUTCOME_TRY(path, resolver.path("TLM_TRUSTED_KEYS"));
    if (!path.empty() && path.front() != '/') {
        return fail(ErrorCode::bad_input, "TLM_TRUSTED_KEYS must be an absolute path",
                    resolver.find("TLM_TRUSTED_KEYS")->origin,
                    {"Write the path in full. `--trusted-key PUB` takes a relative path."});
    }
    settings.trusted_keys_dir = std::move(path);
    return success();
}

Result<void> read_paths(const Resolver& resolver, Settings& settings) {
    BOOST_OUTCOME_TRY(workflows, resolver.path("WORKFLOWS_DIR", "workflows"));
    BOOST_OUTCOME_TRY(state, resolver.path("TLM_STATE", kDefaultState));
    BOOST_OUTCOME_TRY(ca_cert, resolver.path("AGAMEMNON_CA_CERT"));
    BOOST_OUTCOME_TRY(client_cert, resolver.path("AGAMEMNON_CLIENT_CERT"));
    BOOST_OUTCOME_TRY(client_key, resolver.path("AGAMEMNON_CLIENT_KEY"));
    settings.workflows_dir = std::move(workflows);
    settings.state_path = OwnFile(std::move(state), named_by_user(resolver.find("TLM_STATE")));
    settings.tls = {std::move(ca_cert), std::move(client_cert), std::move(client_key)};
    if (settings.tls.client_cert.empty() && !settings.tls.client_key.empty()) {
        return bad("AGAMEMNON_CLIENT_KEY", *resolver.find("AGAMEMNON_CLIENT_KEY"),
                   "is of use only together with AGAMEMNON_CLIENT_CERT");
    }
    return read_trusted_keys_directory(resolver, settings);
}

Result<void> read_times_and_rates(const Resolver& resolver, Settings& settings) {
    BOOST_OUTCOME_TRY(timeout, resolver.seconds("AGAMEMNON_TIMEOUT", 30));
    BOOST_OUTCOME_TRY(rps, resolver.number("AGAMEMNON_RATE_LIMIT_RPS", 0));
    BOOST_OUTCOME_TRY(burst, resolver.number("AGAMEMNON_RATE_LIMIT_BURST", std::max(1.0, rps)));
    BOOST_OUTCOME_TRY(usual, resolver.seconds("DEFAULT_WORKFLOW_TIMEOUT", 7200));
    BOOST_OUTCOME_TRY(most, resolver.seconds("MONITOR_TIMEOUT_SECONDS", 0));
    BOOST_OUTCOME_TRY(threshold, resolver.number("HEALTHCHECK_FAILURE_THRESHOLD", 10));
    BOOST_OUTCOME_TRY(interval, resolver.seconds("HEALTHCHECK_INTERVAL_SECONDS", 5));
    settings.timeout = timeout;
    settings.rate_limit_rps = rps;
    settings.rate_limit_burst = burst;
    settings.workflow_timeout = usual;
    settings.monitor_timeout = most;
    settings.failure_interval = interval;
    settings.failure_threshold = static_cast<int>(threshold);
    return success();
}

Result<bool> passes_over_directory(const Options& options, const Variables& environment) {
    const auto at = environment.find("TLM_NO_LOCAL_CONFIG");
    if (at == environment.end()) return options.no_local_config;
    BOOST_OUTCOME_TRY(set, Resolver::read_truth(at->first, {at->second, "the environment"}));
    return set || options.no_local_config;
}

constexpr std::size_t kMostBytes = std::size_t{64} * 1024;

// The trust of a file that is fit for it. A record that can't be used trusts nothing; `tlm trust` says why.
Result<Trust> recorded_trust(const std::string& name, const std::string& text, const Variables& environment) {
    BOOST_OUTCOME_TRY(record, trust_record_path(environment));
    if (record.empty()) return Trust::none;
    const auto files = read_trust_record(record);
    if (!files || files.value().empty()) return Trust::none;
    BOOST_OUTCOME_TRY(path, recorded_path(name));
    return is_recorded(files.value(), path, text) ? Trust::full : Trust::none;
}

}  // namespace

Result<std::string> recorded_path(const std::string& name) {
    std::error_code error;
    const auto directory = std::filesystem::current_path(error);
    if (error)
        return fail(ErrorCode::bad_input,
                    fmt::format("the working directory has no path: {}", error.message()), name,
                    {"Go to a directory that exists."});
    return (directory / name).string();
}

Result<std::optional<SettingsFile>> read_directory_file(SettingSource source, const Variables& environment) {
    const std::string name = source == SettingSource::dot_env ? ".env" : "tlm.conf";
    BOOST_OUTCOME_TRY(found, read_checked_file(name, "settings file", kMostBytes, Links::below_directory));
    if (!found) return std::optional<SettingsFile>();
    std::string distrust = unfit_for_trust(*found);
    Trust trust = Trust::never;
    if (distrust.empty()) {
        BOOST_OUTCOME_TRY(recorded, recorded_trust(name, found->text, environment));
        trust = recorded;
    }
    return std::optional(SettingsFile{source, name, std::move(found->text), trust, std::move(distrust)});
}

Result<std::optional<SettingsFile>> read_user_file(const Variables& environment) {
    BOOST_OUTCOME_TRY(path, user_settings_path(environment));
    if (path.empty()) return std::optional<SettingsFile>();
    BOOST_OUTCOME_TRY(found, read_checked_file(path, "settings file", kMostBytes, Links::anywhere));
    if (!found) return std::optional<SettingsFile>();
    std::string distrust = unfit_for_trust(*found);
    const Trust trust = distrust.empty() ? Trust::full : Trust::never;
    return std::optional(SettingsFile{SettingSource::user_file, std::move(path), std::move(found->text),
                                      trust, std::move(distrust)});
}

Result<SettingMap> settings_that_count(const Options& options, const Variables& environment,
                                       const std::vector<SettingsFile>& files,
                                       std::vector<std::string>& warnings) {
    SettingMap map;
    for (const auto& [name, value] : environment)
        map.emplace(name, Setting{value, "the environment", SettingSource::environment});
    for (const SettingsFile& file : files) {
        BOOST_OUTCOME_TRYV(read_settings_file(file, map, warnings));
    }
    add_options(options, map);
    return map;
}

Result<Settings> resolve_settings(const Options& options, const Variables& environment,
                                  const std::vector<SettingsFile>& files, const Surroundings& surroundings) {
    Settings settings;
    BOOST_OUTCOME_TRY(map, settings_that_count(options, environment, files, settings.warnings));
    const Resolver resolver(map, environment);
    const Setting* url = resolver.find("AGAMEMNON_URL");
    const bool uses_broker = options.wait && url != nullptr && !is_sandbox(url->value);
    BOOST_OUTCOME_TRYV(
        check_sources({map, files, uses_broker, surroundings.user_file, surroundings.is_below_directory,
                       surroundings.has_default_state || demands_signatures(options, map)}));
    BOOST_OUTCOME_TRYV(read_addresses(resolver, options.wait, settings));
    BOOST_OUTCOME_TRYV(read_key(resolver, settings));
    if (const Setting* host = resolver.find("HOST_ID")) {
        if (!valid_utf8(host->value)) return bad("HOST_ID", *host, "is not UTF-8, and plans hold it");
        settings.host_id = host->value;
    }
    BOOST_OUTCOME_TRYV(read_paths(resolver, settings));
    BOOST_OUTCOME_TRYV(read_times_and_rates(resolver, settings));
    return settings;
}

Result<Settings> load_settings(const Options& options) {
    const Variables environment = environment_variables();
    BOOST_OUTCOME_TRY(passes_over, passes_over_directory(options, environment));
    std::vector<SettingsFile> files;
    for (const SettingSource source : {SettingSource::dot_env, SettingSource::conf}) {
        if (passes_over) break;
        BOOST_OUTCOME_TRY(file, read_directory_file(source, environment));
        if (file) files.push_back(std::move(*file));
    }
    BOOST_OUTCOME_TRY(file, read_user_file(environment));
    if (file) files.push_back(std::move(*file));
    BOOST_OUTCOME_TRY(user_file, user_settings_path(environment));
    std::error_code ignored;
    const auto state = std::filesystem::symlink_status(kDefaultState, ignored);
    BOOST_OUTCOME_TRY(settings,
                      resolve_settings(options, environment, files,
                                       {is_below_directory, user_file, std::filesystem::exists(state)}));
    // Whoever names a place in a checkout does not mean the one to which a branch makes it a link.
    BOOST_OUTCOME_TRYV(check_stays_below(settings.state_path.path));
    BOOST_OUTCOME_TRYV(check_stays_below(settings.sandbox_path));
    return settings;
}

}  // namespace tlm::cmd
