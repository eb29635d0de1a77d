#include "cmd/setting_table.h"

#include <algorithm>
#include <array>

namespace tlm::cmd {
namespace {

using enum SettingClass;

constexpr double kTenYears = 3.2e8;  // in seconds; still fits wherever it is added to a time

constexpr std::array kSettings = {
    SettingInfo{.name = "AGAMEMNON_URL",
                .kind = sensitive,
                .text = "the target (default: an embedded sandbox)",
                .option = "--url",
                .harmless_below = true,
                .of_connection = true,
                .may_be_empty = false},
    SettingInfo{.name = "AGAMEMNON_CA_CERT",
                .kind = sensitive,
                .text = "certificates to trust, PEM",
                .option = "--ca-cert",
                .of_connection = true,
                .names_a_file = true,
                .may_be_empty = false},
    SettingInfo{.name = "AGAMEMNON_CLIENT_CERT",
                .kind = sensitive,
                .text = "our own certificate, PEM",
                .of_connection = true,
                .names_a_file = true,
                .may_be_empty = false},
    SettingInfo{.name = "NATS_URL",
                .kind = sensitive,
                .text = "tls://HOST of a broker whose events replace polling",
                .of_connection = true},
    SettingInfo{.name = "REQUIRE_TLS",
                .kind = sensitive,
                .text = "false allows http:// and nats:// to other machines",
                .of_connection = true,
                .may_be_empty = false},
    SettingInfo{.name = "TLM_STATE",
                .kind = sensitive,
                .text = "the state (default .tlm/state.db)",
                .option = "--state",
                .harmless_below = true,
                .may_be_empty = false},
    SettingInfo{.name = "WORKFLOWS_DIR",
                .kind = sensitive,
                .text = "directory of workflow files (default workflows)",
                .option = "--workflows",
                .harmless_below = true,
                .may_be_empty = false},
    SettingInfo{.name = "TLM_TRUSTED_KEYS",
                .kind = sensitive,
                .text = "directory of *.pub; only plans they signed apply",
                .may_be_empty = false,
                .from = ReadFrom::trusted_places},
    SettingInfo{.name = "TLM_NO_LOCAL_CONFIG",
                .kind = sensitive,
                .text = "true: do not read .env and tlm.conf",
                .option = "--no-local-config",
                .may_be_empty = false,
                .from = ReadFrom::environment_only},
    SettingInfo{.name = "AGAMEMNON_API_KEY",
                .kind = secret,
                .text = "the server's key; never an option, never shown",
                .of_connection = true},
    SettingInfo{.name = "AGAMEMNON_CLIENT_KEY",
                .kind = secret,
                .text = "private key of our own certificate, PEM",
                .of_connection = true,
                .names_a_file = true,
                .may_be_empty = false},
    SettingInfo{.name = "HOST_ID", .kind = harmless, .text = "the machine on which docker agents run"},
    SettingInfo{.name = "AGAMEMNON_TIMEOUT",
                .kind = harmless,
                .text = "seconds for one request (default 30)",
                .range = NumberRange{0.001, 3600}},
    SettingInfo{.name = "AGAMEMNON_RATE_LIMIT_RPS",
                .kind = harmless,
                .text = "requests a second (default: no limit)",
                .range = NumberRange{0.01, 1e6, true}},
    SettingInfo{.name = "AGAMEMNON_RATE_LIMIT_BURST",
                .kind = harmless,
                .text = "requests at once, with a limit a second",
                .range = NumberRange{1, 1e6}},
    SettingInfo{.name = "DEFAULT_WORKFLOW_TIMEOUT",
                .kind = harmless,
                .text = "seconds for a workflow that sets none (default 7200)",
                .range = NumberRange{0.001, kTenYears}},
    SettingInfo{.name = "MONITOR_TIMEOUT_SECONDS",
                .kind = harmless,
                .text = "maximum seconds to wait, whatever a workflow says",
                .range = NumberRange{0.001, kTenYears, true}},
    SettingInfo{.name = "HEALTHCHECK_INTERVAL_SECONDS",
                .kind = harmless,
                .text = "seconds between polls after a failed one (default 5)",
                .range = NumberRange{0.001, 3600}},
    SettingInfo{.name = "HEALTHCHECK_FAILURE_THRESHOLD",
                .kind = harmless,
                .text = "failed polls in a row before giving up (default 10)",
                .range = NumberRange{1, 1e6}},
    SettingInfo{.name = "NO_COLOR",
                .kind = harmless,
                .text = "as --no-color, where it is not empty",
                .option = "--no-color",
                .from = ReadFrom::environment_only},
};

}  // namespace

std::span<const SettingInfo> setting_table() {
    return kSettings;
}

const SettingInfo* find_setting(std::string_view name) {
    const auto at = std::ranges::find(kSettings, name, &SettingInfo::name);
    return at == kSettings.end() ? nullptr : &*at;
}

std::string_view class_name(SettingClass kind) {
    switch (kind) {
        case harmless:
            return "harmless";
        case sensitive:
            return "sensitive";
        case secret:
            return "secret";
    }
    return {};
}

std::string_view class_text(SettingClass kind) {
    switch (kind) {
        case harmless:
            return "taken from every source";
        case sensitive:
            return "from .env and tlm.conf only after `tlm trust`";
        case secret:
            return "sent only to an address from the same source or a trusted one";
    }
    return {};
}

}  // namespace tlm::cmd
