#include "cmd/setting_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>

#include "cmd/setting_table.h"
#include "cmd/settings.h"

namespace tlm::cmd {
namespace {

constexpr std::string_view kSandbox = "sandbox:";

bool is_directory_file(SettingSource source) {
    return source == SettingSource::dot_env || source == SettingSource::conf;
}

class SourceRules {
  public:
    explicit SourceRules(const RuleInput& input)
        : input_(input), url_(find("AGAMEMNON_URL")), pair_(pair_source()) {}

    [[nodiscard]] Result<void> check(const SettingInfo& info) const {
        const Setting* setting = find(info.name);
        if (setting == nullptr || is_of_others(info)) return success();
        BOOST_OUTCOME_TRYV(check_place(info, *setting));
        if (setting->value.empty() && !info.may_be_empty) return is_empty(info, *setting);
        const Trust trust = trust_of(setting->source);
        if (trust == Trust::full) {
            // The only secrets that an untrusted address may get are those beside it in its file.
            if (pair_ && is_credential(info) && !setting->value.empty())
                return refuse_credential(info, *setting);
            return success();
        }
        if (info.kind == SettingClass::harmless || setting->value.empty()) return success();
        if (info.harmless_below && stays_below(*setting) && !takes_guards_away(info, *setting))
            return success();
        if (trust == Trust::none && is_allowed_untrusted(info, *setting)) return success();
        return refuse(info, *setting);
    }

  private:
    [[nodiscard]] const Setting* find(std::string_view name) const {
        const auto at = input_.settings.find(std::string(name));
        return at == input_.settings.end() ? nullptr : &at->second;
    }

    [[nodiscard]] const SettingsFile* file_of(SettingSource source) const {
        const auto at = std::ranges::find(input_.files, source, &SettingsFile::source);
        return at == input_.files.end() ? nullptr : &*at;
    }

    [[nodiscard]] Trust trust_of(SettingSource source) const {
        const SettingsFile* file = file_of(source);
        return file == nullptr ? Trust::full : file->trust;
    }

    // The untrusted file that holds both the URL of a server and its key, where both count.
    [[nodiscard]] std::optional<SettingSource> pair_source() const {
        const Setting* key = find("AGAMEMNON_API_KEY");
        if (url_ == nullptr || key == nullptr || url_->source != key->source || key->value.empty() ||
            is_sandbox(url_->value) || trust_of(url_->source) != Trust::none)
            return std::nullopt;
        return url_->source;
    }

    // What authenticates us.
    [[nodiscard]] static bool is_credential(const SettingInfo& info) {
        return info.kind == SettingClass::secret || info.name == "AGAMEMNON_CLIENT_CERT";
    }

    // Other programs go by these names as well; they are ours only where they are used.
    [[nodiscard]] bool is_of_others(const SettingInfo& info) const {
        return (info.name == "NATS_URL" && !input_.uses_broker) || info.name == "NO_COLOR";
    }

    [[nodiscard]] bool stays_below(const Setting& setting) const {
        if (&setting != url_) return input_.is_below_directory(setting.value);
        return is_sandbox(setting.value) && input_.is_below_directory(setting.value.substr(kSandbox.size()));
    }

    [[nodiscard]] bool takes_guards_away(const SettingInfo& info, const Setting& setting) const {
        if (setting.overrides_trusted) return true;
        return info.name == "TLM_STATE" && input_.state_guards &&
               std::filesystem::path(setting.value).lexically_normal() != kDefaultState;
    }

    [[nodiscard]] bool is_allowed_untrusted(const SettingInfo& info, const Setting& setting) const {
        // The address that it goes to is trusted, or the file's own.
        if (info.name == "AGAMEMNON_API_KEY") return url_ == nullptr || may_go_to_address(setting);
        if (!info.of_connection || pair_ != setting.source) return false;
        // Files elsewhere are the user's, not this source's.
        if (info.names_a_file && !input_.is_below_directory(setting.value)) return false;
        return !acts_on_other_broker(info);
    }

    [[nodiscard]] bool may_go_to_address(const Setting& secret) const {
        return url_->source == secret.source || trust_of(url_->source) == Trust::full ||
               is_sandbox(url_->value);
    }

    // Certificates and REQUIRE_TLS hold for the broker, too.
    [[nodiscard]] bool acts_on_other_broker(const SettingInfo& info) const {
        const Setting* broker = find("NATS_URL");
        return input_.uses_broker && broker != nullptr && !broker->value.empty() && broker->source != pair_ &&
               (info.name == "AGAMEMNON_CA_CERT" || info.name == "REQUIRE_TLS");
    }

    [[nodiscard]] static Result<void> check_place(const SettingInfo& info, const Setting& setting) {
        const SettingSource source = setting.source;
        if (info.from == ReadFrom::environment_only && source > SettingSource::environment) {
            return fail(ErrorCode::bad_input,
                        fmt::format("{} counts only in the environment, not in a file", info.name),
                        setting.origin, {"Remove this line."});
        }
        if (info.from == ReadFrom::trusted_places && is_directory_file(source)) {
            return fail(
                ErrorCode::bad_input,
                fmt::format("{} is never taken from a file of the directory that it guards", info.name),
                setting.origin,
                {fmt::format("Remove this line, and set {} in the environment or in "
                             "~/.config/tlm/tlm.conf.",
                             info.name)});
        }
        return success();
    }

    [[nodiscard]] static Error is_empty(const SettingInfo& info, const Setting& setting) {
        if (setting.source == SettingSource::option)
            return fail(ErrorCode::bad_input, fmt::format("{} is empty", setting.origin), {},
                        {"Give it a value, or leave it out."});
        return fail(ErrorCode::bad_input, fmt::format("{} is set, but empty", info.name), setting.origin,
                    {"Give it a value, or remove it."});
    }

    [[nodiscard]] std::vector<std::string> ways_out(const SettingInfo& info, const Setting& setting) const {
        const SettingsFile& file = *file_of(setting.source);
        const std::string user_file = input_.user_file.empty() ? "~/.config/tlm/tlm.conf" : input_.user_file;
        std::vector<std::string> ways;
        if (file.trust == Trust::none) {
            ways.push_back(fmt::format("Read {}; if it is right, run `tlm trust`.", file.name));
        } else if (setting.source == SettingSource::user_file) {
            return {"Make it your own, and writable by you alone (chmod 600).",
                    fmt::format("Or set {} in the environment.", info.name)};
        } else {
            ways.push_back(fmt::format("If {0} is yours: `chmod go-w {0}`, then `tlm trust`.", file.name));
        }
        ways.push_back(fmt::format("{} {} in the environment or in {}.", ways.empty() ? "Set" : "Or set",
                                   info.name, user_file));
        return ways;
    }

    [[nodiscard]] Error refuse(const SettingInfo& info, const Setting& setting) const {
        const SettingsFile& file = *file_of(setting.source);
        std::string why = fmt::format("{} is {}, and {} ", info.name,
                                      info.kind == SettingClass::secret ? "secret" : "sensitive", file.name);
        why += file.trust == Trust::never ? "can't be trusted: " + file.distrust : "is not trusted";
        if (info.harmless_below && &setting != url_)
            why += "; untrusted, it must be a path below this directory without links";
        if (info.names_a_file && pair_ == setting.source && !acts_on_other_broker(info))
            why += "; untrusted, it must name a file below this directory without links";
        if (pair_ == setting.source && acts_on_other_broker(info))
            why += fmt::format("; it would act on NATS_URL of {}", find("NATS_URL")->origin);
        // Which secret would have gone to the address, the most important thing about it.
        const Setting* key = find("AGAMEMNON_API_KEY");
        if (&setting == url_ && key != nullptr && !key->value.empty() && !is_sandbox(setting.value) &&
            key->source != setting.source)
            why += fmt::format("; AGAMEMNON_API_KEY of {} would go to this address", key->origin);
        return fail(ErrorCode::bad_input, why, setting.origin, ways_out(info, setting));
    }

    // A trusted credential beside an untrusted pair.
    [[nodiscard]] Error refuse_credential(const SettingInfo& info, const Setting& setting) const {
        return fail(
            ErrorCode::bad_input,
            fmt::format("AGAMEMNON_URL is sensitive, and {} is not trusted; {} of {} would be used with "
                        "this address",
                        file_of(url_->source)->name, info.name, setting.origin),
            url_->origin, ways_out(*find_setting("AGAMEMNON_URL"), *url_));
    }

    const RuleInput& input_;
    const Setting* url_;
    std::optional<SettingSource> pair_;
};

}  // namespace

bool is_sandbox(const std::string& url) {
    return url.starts_with(kSandbox);
}

Result<void> check_sources(const RuleInput& input) {
    const SourceRules rules(input);
    for (const SettingInfo& info : setting_table()) {
        BOOST_OUTCOME_TRYV(rules.check(info));
    }
    return success();
}

}  // namespace tlm::cmd
