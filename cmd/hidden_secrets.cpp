#include "cmd/hidden_secrets.h"

#include <algorithm>
#include <cstdlib>

#include "cmd/stdio.h"
#include "cmd/text_file.h"

namespace tlm::cmd {
namespace {

constexpr const char* kApiKey = "[AGAMEMNON_API_KEY]";
constexpr const char* kBroker = "[NATS_URL password]";
constexpr const char* kClientKey = "[AGAMEMNON_CLIENT_KEY]";

// What stands between the scheme and the host of an address: TOKEN or USER:PASSWORD.
void hide_credentials(std::string_view address) {
    const std::size_t scheme = address.find("://");
    const std::size_t at = address.rfind('@');
    if (scheme == std::string_view::npos || at == std::string_view::npos || at < scheme + 3) return;
    const std::string_view credentials = address.substr(scheme + 3, at - scheme - 3);
    const std::size_t colon = credentials.find(':');
    hide_in_output(
        Secret(std::string(colon == std::string_view::npos ? credentials : credentials.substr(colon + 1))),
        kBroker);
}

// Line by line, because an error shows a line of a file.
void hide_lines(std::string_view pem) {
    constexpr std::size_t kShortest = 16;
    while (!pem.empty()) {
        const std::size_t end = std::min(pem.find('\n'), pem.size());
        const std::string_view line = pem.substr(0, std::min(end, pem.find('\r')));
        if (line.size() >= kShortest && !line.starts_with("-----"))
            hide_in_output(Secret(std::string(line)), kClientKey);
        pem.remove_prefix(std::min(end + 1, pem.size()));
    }
}

}  // namespace

void hide_secrets_of_environment() {
    if (const char* key = std::getenv("AGAMEMNON_API_KEY")) hide_in_output(Secret(key), kApiKey);
    if (const char* broker = std::getenv("NATS_URL")) hide_credentials(broker);
}

void hide_secrets(const Settings& settings) {
    hide_in_output(settings.api_key, kApiKey);
    if (settings.broker) {
        const BrokerAddress& broker = *settings.broker;
        hide_in_output(broker.password.empty() ? broker.user : broker.password, kBroker);
    }
    if (settings.tls.client_key.empty()) return;
    constexpr std::size_t kMostBytes = std::size_t{64} * 1024;
    // Whether it can be used is found out where it is needed.
    if (const auto text = read_text_file(settings.tls.client_key, "key", kMostBytes))
        hide_lines(text.value());
}

}  // namespace tlm::cmd
