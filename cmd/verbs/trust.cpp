#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "cmd/broker_address.h"
#include "cmd/confirmation.h"
#include "cmd/servers/servers.h"
#include "cmd/setting_rules.h"
#include "cmd/setting_table.h"
#include "cmd/settings_input.h"
#include "cmd/stdio.h"
#include "cmd/target_address.h"
#include "cmd/trust_record.h"
#include "cmd/verbs/verbs.h"
#include "engine/base/sha256.h"
#include "engine/base/text.h"

namespace tlm::cmd {
namespace {

Result<std::string> record_of(const Variables& environment) {
    BOOST_OUTCOME_TRY(record, trust_record_path(environment));
    if (!record.empty()) return record;
    return fail(ErrorCode::bad_input,
                "neither HOME nor XDG_STATE_HOME is set, so that there is no place to record trust in", {},
                {"Set HOME, or set sensitive settings in the environment."});
}

// Addresses as they are understood, which leaves out user and password.
std::string shown_value(const SettingInfo& info, const std::string& value) {
    if (value.empty()) return "(empty)";
    if (info.kind == SettingClass::secret && !info.names_a_file) return "(not shown)";
    if (info.name == "AGAMEMNON_URL") {
        const auto address = read_target_address(value, {}, false);
        return address ? visible(address.value().text) : "(not an address that tlm can use)";
    }
    if (info.name == "NATS_URL") {
        const auto address = read_broker_address(value, {}, false);
        return address ? visible(address.value().text) : "(not an address that tlm can use)";
    }
    return visible(value);
}

std::string remark(const SettingInfo& info, const std::string& value) {
    if (info.from != ReadFrom::every_source) return "  (refused here even if trusted)";
    if (info.names_a_file && is_below_directory(value))
        return "  (a change of that file does not end the trust)";
    return {};
}

struct Listing {
    std::string text;
    std::size_t ours = 0;
};

Result<Listing> listing_of(const SettingsFile& file, std::vector<std::string>& warnings) {
    SettingMap map;
    BOOST_OUTCOME_TRYV(read_settings_file(file, map, warnings));
    Listing listing;
    for (const SettingInfo& info : setting_table()) {
        const auto at = map.find(std::string(info.name));
        if (at == map.end()) continue;
        ++listing.ours;
        listing.text += fmt::format("  {:<9}  {}={}{}\n", class_name(info.kind), info.name,
                                    shown_value(info, at->second.value), remark(info, at->second.value));
    }
    if (const std::size_t others = map.size() - listing.ours; others > 0)
        listing.text +=
            fmt::format("  {} other name{} that tlm does not read\n", others, others == 1 ? "" : "s");
    return listing;
}

// Which keys will be sent to which host once the files are trusted, one a line.
Result<std::string> keys_that_go(const Options& options, const Variables& environment,
                                 std::vector<SettingsFile> files) {
    BOOST_OUTCOME_TRY(user_file, read_user_file(environment));
    if (user_file) files.push_back(std::move(*user_file));
    std::vector<std::string> ignored;
    BOOST_OUTCOME_TRY(map, settings_that_count(options, environment, files, ignored));
    const auto url = map.find("AGAMEMNON_URL");
    if (url == map.end() || url->second.value.empty() || is_sandbox(url->second.value)) return std::string();
    const SettingSource source = url->second.source;
    if (source != SettingSource::dot_env && source != SettingSource::conf) return std::string();
    BOOST_OUTCOME_TRY(servers, load_servers());
    const auto read = servers->read_url(url->second.value);
    if (!read) return std::string();
    const std::string host = visible(read->host + (read->port.empty() ? "" : ":" + read->port));
    const auto key = map.find("AGAMEMNON_API_KEY");
    const bool is_set = key != map.end() && !key->second.value.empty();
    if (is_set && key->second.source == SettingSource::environment)
        return fmt::format("your environment's key will go to {}\n", host);
    const std::string of_the_environment =
        fmt::format("Where AGAMEMNON_API_KEY is set, your environment's key will go to {}\n", host);
    if (!is_set || key->second.source == source) return of_the_environment;
    return fmt::format("the key of {} will go to {}\n", visible(key->second.origin), host) +
           of_the_environment;
}

Result<std::vector<SettingsFile>> files_here(const Variables& environment) {
    std::vector<SettingsFile> files;
    for (const SettingSource source : {SettingSource::dot_env, SettingSource::conf}) {
        BOOST_OUTCOME_TRY(file, read_directory_file(source, environment));
        if (file) files.push_back(std::move(*file));
    }
    if (!files.empty()) return files;
    return fail(ErrorCode::bad_input, "this directory has neither .env nor tlm.conf", {},
                {"Run it in the directory whose settings are to be trusted."});
}

Result<ExitCode> list_trusted(const std::string& record) {
    BOOST_OUTCOME_TRY(files, read_trust_record(record));
    std::string text;
    for (const TrustedFile& file : files) {
        constexpr std::size_t kMostBytes = std::size_t{64} * 1024;
        const auto found = read_checked_file(file.path, "settings file", kMostBytes, Links::anywhere);
        const char* status = !found                                     ? "can't be read"
                             : !found.value()                           ? "is gone"
                             : !unfit_for_trust(*found.value()).empty() ? "not trusted: others can change it"
                             : sha256_hex(found.value()->text) == file.sha256 ? "trusted"
                                                                              : "not trusted: changed since";
        text += fmt::format("{}  ({})\n", visible(file.path), status);
    }
    if (text.empty()) text = "No file is trusted. `tlm trust` in a directory trusts its .env and tlm.conf.\n";
    BOOST_OUTCOME_TRYV(write_out(text));
    return ExitCode::done;
}

Result<ExitCode> revoke(const Context& context, const std::string& record) {
    std::vector<std::string> paths;
    const std::vector<std::string> here = {".env", "tlm.conf"};
    for (const std::string& named : context.options.positional.empty() ? here : context.options.positional) {
        BOOST_OUTCOME_TRY(path, recorded_path(named));
        paths.push_back(std::move(path));
    }
    BOOST_OUTCOME_TRY(files, read_trust_record(record));
    std::string text;
    for (const std::string& path : paths) {
        if (std::ranges::find(files, path, &TrustedFile::path) != files.end())
            text += fmt::format("No longer trusted: {}\n", visible(path));
        else if (!context.options.positional.empty())
            return fail(ErrorCode::bad_input, "this file is not on record", path,
                        {"`tlm trust --list` lists those that are."});
    }
    if (text.empty()) {
        BOOST_OUTCOME_TRYV(write_out("Neither .env nor tlm.conf of this directory is trusted.\n"));
        return ExitCode::done;
    }
    BOOST_OUTCOME_TRYV(change_trust_record(record, {}, paths));
    BOOST_OUTCOME_TRYV(write_out(text));
    return ExitCode::done;
}

Result<ExitCode> trust(const Context& context, const Variables& environment, const std::string& record) {
    BOOST_OUTCOME_TRY(files, files_here(environment));
    // Says what is wrong with the record before anybody reads and answers.
    BOOST_OUTCOME_TRYV(read_trust_record(record));
    std::string text;
    std::vector<TrustedFile> to_trust;
    std::string names;
    for (const SettingsFile& file : files) {
        if (file.trust == Trust::never) {
            return fail(
                ErrorCode::bad_input, "this file can't be trusted: " + file.distrust, file.name,
                {"If it is yours: chmod go-w " + file.name, "Or set sensitive settings in the environment."});
        }
        std::vector<std::string> warnings;
        BOOST_OUTCOME_TRY(listing, listing_of(file, warnings));
        text += fmt::format("{}{}:\n{}", file.name, file.trust == Trust::full ? ", trusted already" : "",
                            listing.ours == 0 ? "  sets nothing that tlm reads\n" : listing.text);
        for (const std::string& warning : warnings)
            text += fmt::format("  warning: {}\n", warning);
        if (file.trust == Trust::full || listing.ours == 0) continue;
        BOOST_OUTCOME_TRY(path, recorded_path(file.name));
        to_trust.push_back({std::move(path), sha256_hex(file.text)});
        names += fmt::format("{}{}", names.empty() ? "" : " and ", file.name);
    }
    BOOST_OUTCOME_TRY(keys, keys_that_go(context.options, environment, files));
    text += keys;
    BOOST_OUTCOME_TRYV(write_out(text));
    if (to_trust.empty()) {
        say(context, "There is nothing to trust.\n");
        return ExitCode::done;
    }
    BOOST_OUTCOME_TRY(yes,
                      agreed(context.options, fmt::format("Trust {} as long as it does not change?", names),
                             "Nothing was trusted. Give --yes to trust it without asking."));
    if (!yes) {
        say(context, "Declined: nothing was trusted.\n");
        return ExitCode::interrupted;
    }
    BOOST_OUTCOME_TRYV(change_trust_record(record, to_trust, {}));
    say(context, fmt::format("Trusted: {}. A change ends it, and so does `tlm trust --revoke`.\n", names));
    return ExitCode::done;
}

}  // namespace

Result<ExitCode> run_trust(const Context& context) {
    const Variables environment = environment_variables();
    BOOST_OUTCOME_TRY(record, record_of(environment));
    if (context.options.list) return list_trusted(record);
    if (context.options.revoke) return revoke(context, record);
    return trust(context, environment, record);
}

}  // namespace tlm::cmd
