#include "providers/nats/listener.h"

#include <nats/nats.h>

#include <algorithm>
#include <memory>

#include "engine/apply/backoff.h"

namespace tlm::nats {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr const char* kSubject = "hi.tasks.>";
constexpr std::int64_t kTurn = 100;  // ms, after which it is looked whether anybody wants to know more
// A broker that has gone without a word is noticed after three of them.
constexpr std::int64_t kPing = 10'000;  // ms
// A connection that lived so long was a good one.
constexpr auto kGood = std::chrono::seconds(10);

using Options = std::unique_ptr<natsOptions, decltype(&natsOptions_Destroy)>;
using Connection = std::unique_ptr<natsConnection, decltype(&natsConnection_Destroy)>;
using Subscription = std::unique_ptr<natsSubscription, decltype(&natsSubscription_Destroy)>;

// The library's own prints to standard error.
void say_nothing(natsConnection*, natsSubscription*, natsStatus, void*) {}

// A certificate is checked also where it is the broker who wants TLS. Of more brokers that it may name
// nothing is known, so that none is asked. Coming back is up to us: the library tells too late when it is
// back.
natsStatus set_up(const NatsOptions& options, Options& made) {
    natsOptions* raw = nullptr;
    natsStatus status = natsOptions_Create(&raw);
    made.reset(raw);
    const auto set = [&](auto setter, auto... values) {
        if (status == NATS_OK) status = setter(raw, values...);
    };
    const std::string url = "nats://" + options.host + ":" + options.port;
    const bool bracketed = options.host.starts_with('[');
    const std::string name = bracketed ? options.host.substr(1, options.host.size() - 2) : options.host;
    const std::int64_t timeout = options.timeout.count();
    set(natsOptions_SetURL, url.c_str());
    set(natsOptions_SetName, "tlm");
    set(natsOptions_SetAllowReconnect, false);
    set(natsOptions_SetIgnoreDiscoveredServers, true);
    set(natsOptions_SetErrorHandler, say_nothing, nullptr);
    set(natsOptions_SetTimeout, timeout);
    set(natsOptions_SetWriteDeadline, timeout);
    set(natsOptions_SetPingInterval, kPing);
    set(natsOptions_SetMaxPingsOut, 2);
    set(natsOptions_SetSecure, options.tls);
    set(natsOptions_SetExpectedHostname, name.c_str());
    if (!options.ca_cert.empty()) set(natsOptions_LoadCATrustedCertificates, options.ca_cert.c_str());
    if (!options.password.empty()) {
        set(natsOptions_SetUserInfo, options.user.reveal().c_str(), options.password.reveal().c_str());
    } else if (!options.user.empty()) {
        set(natsOptions_SetToken, options.user.reveal().c_str());
    }
    return status;
}

// What OpenSSL says of a certificate: the library gives "…handshake error: NUMBER:WORDS:MORE".
std::string tls_words() {
    const char* last = nats_GetLastError(nullptr);
    std::string text = last == nullptr ? "" : last;
    constexpr std::string_view kBefore = "handshake error: ";
    const std::size_t at = text.find(kBefore);
    if (at == std::string::npos) return {};
    text.erase(0, at + kBefore.size());
    const std::size_t number = text.find_first_not_of("0123456789");
    if (number == 0 || number == std::string::npos || text[number] != ':') return ": " + text;
    text.erase(0, number + 1);
    return ": " + text.substr(0, text.find(':'));
}

// In words of our own: what a broker says may hold anything, also what it was sent.
std::string reason_of(natsStatus status, const NatsOptions& options) {
    switch (status) {
        case NATS_NO_SERVER:
            return "it can't be reached";
        case NATS_TIMEOUT:
            return "it does not answer";
        case NATS_NOT_PERMITTED:
            return std::string("it does not let us listen to ") + kSubject;
        case NATS_CONNECTION_AUTH_FAILED:
            return options.user.empty() ? "it wants a user and a password in NATS_URL"
                                        : "it refuses the user or password in NATS_URL";
        case NATS_SECURE_CONNECTION_WANTED:
            return "it does not speak TLS, and NATS_URL wants it";
        case NATS_SSL_ERROR:
            return "TLS does not work" + tls_words() + "; AGAMEMNON_CA_CERT (--ca-cert) names who is trusted";
        case NATS_CONNECTION_CLOSED:
        case NATS_CONNECTION_DISCONNECTED:
        case NATS_INVALID_SUBSCRIPTION:
        case NATS_STALE_CONNECTION:
        case NATS_IO_ERROR:
            return "the connection is lost";
        default:
            return natsStatus_GetText(status);
    }
}

// As long as it lasts.
natsStatus follow(natsConnection* connection, const NatsOptions& options, Link& link) {
    natsSubscription* made = nullptr;
    natsStatus status = natsConnection_SubscribeSync(&made, connection, kSubject);
    const Subscription subscription(made, natsSubscription_Destroy);
    // Until the broker has answered it may not know yet that we listen.
    if (status == NATS_OK) status = natsConnection_FlushTimeout(connection, options.timeout.count());
    if (status != NATS_OK) return status;
    const char* ignored = nullptr;
    status = natsConnection_GetLastError(connection, &ignored);
    if (status == NATS_NOT_PERMITTED) return status;
    link.up();
    while (link.wanted()) {
        natsMsg* event = nullptr;
        status = natsSubscription_NextMsg(&event, made, kTurn);
        if (status == NATS_OK) {
            link.hint(natsMsg_GetSubject(event));
            natsMsg_Destroy(event);
        } else if (status == NATS_SLOW_CONSUMER) {
            link.hint({});  // events were thrown away
        } else if (status != NATS_TIMEOUT) {
            return status;
        }
    }
    return NATS_OK;
}

natsStatus connect_and_follow(const NatsOptions& options, Link& link) {
    Options settings(nullptr, natsOptions_Destroy);
    natsStatus status = set_up(options, settings);
    if (status != NATS_OK) return status;
    natsConnection* made = nullptr;
    status = natsConnection_Connect(&made, settings.get());
    const Connection connection(made, natsConnection_Destroy);
    return status == NATS_OK ? follow(made, options, link) : status;
}

}  // namespace

void listen(const NatsOptions& options, Link& link) {
    Backoff backoff;
    for (int attempt = 1; link.wanted(); ++attempt) {
        const auto begun = SteadyClock::now();
        const natsStatus status = connect_and_follow(options, link);
        if (!link.wanted()) break;
        const bool hopeless = status == NATS_CONNECTION_AUTH_FAILED || status == NATS_NOT_PERMITTED;
        link.down(reason_of(status, options), !hopeless);
        if (hopeless) break;
        if (SteadyClock::now() - begun > kGood) attempt = 1;
        link.pause(backoff.after(attempt));
    }
    nats_ReleaseThreadMemory();
    link.ended();
}

}  // namespace tlm::nats
