#include "tests/simulator/broker.h"

#include <fmt/format.h>
#include <nats/nats.h>

#include <stdexcept>

namespace tlm::simulator {
namespace {

using Options = std::unique_ptr<natsOptions, decltype(&natsOptions_Destroy)>;

Options options_for(const std::string& url, const std::string& ca_file) {
    natsOptions* made = nullptr;
    natsStatus status = natsOptions_Create(&made);
    Options options(made, natsOptions_Destroy);
    const auto set = [&](natsStatus outcome) {
        if (status == NATS_OK) status = outcome;
    };
    set(natsOptions_SetURL(made, url.c_str()));
    set(natsOptions_SetMaxReconnect(made, -1));
    set(natsOptions_SetReconnectWait(made, 20));
    set(natsOptions_SetSendAsap(made, true));
    set(natsOptions_SetIgnoreDiscoveredServers(made, true));
    if (!ca_file.empty()) set(natsOptions_LoadCATrustedCertificates(made, ca_file.c_str()));
    if (status != NATS_OK)
        throw std::runtime_error(fmt::format("broker {}: {}", url, natsStatus_GetText(status)));
    return options;
}

}  // namespace

struct Broker::Impl {
    std::unique_ptr<natsConnection, decltype(&natsConnection_Destroy)> connection{nullptr,
                                                                                  natsConnection_Destroy};
};

Broker::Broker(const std::string& url, const std::string& ca_file) : impl_(std::make_unique<Impl>()) {
    const Options options = options_for(url, ca_file);
    natsConnection* connection = nullptr;
    const natsStatus status = natsConnection_Connect(&connection, options.get());
    impl_->connection.reset(connection);
    if (status != NATS_OK)
        throw std::runtime_error(fmt::format("broker {}: {}", url, natsStatus_GetText(status)));
}

Broker::~Broker() = default;

void Broker::publish(const std::string& subject, const std::string& payload) {
    // What the broker does not get is lost, as events may be.
    static_cast<void>(natsConnection_Publish(impl_->connection.get(), subject.c_str(), payload.data(),
                                             static_cast<int>(payload.size())));
}

bool Broker::connected() const {
    return natsConnection_Status(impl_->connection.get()) == NATS_CONN_STATUS_CONNECTED;
}

}  // namespace tlm::simulator
