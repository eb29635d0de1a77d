#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "engine/base/secret.h"
#include "engine/ports/wake_up.h"

namespace tlm {

namespace nats {
class Link;
}

// A broker, and how to speak with it.
struct NatsOptions {
    std::string shown;  // its address for people, without what is secret
    std::string host;   // an IPv6 address in brackets
    std::string port;
    bool tls = false;  // nothing is sent without
    // Without a password the user is a token; without both nothing is shown to the broker. No `"`, `\` or
    // control character may be in them.
    Secret user;
    Secret password;
    std::string ca_cert;                      // certificates to trust, PEM; empty: the system's
    std::chrono::milliseconds timeout{2000};  // of a connection, DNS and the TLS handshake excepted
    std::function<bool()> stop_requested;     // asked while sleeping; not empty
};

// The events about tasks that an Agamemnon server and its workers publish, as hints. It connects by itself,
// on a thread of its own, and connects again after the connection was lost; a broker that refuses the user
// or password is not asked again. One thread uses an instance.
class NatsTaskEvents final : public WakeUp {
  public:
    explicit NatsTaskEvents(NatsOptions options);
    // Returns within 2.5 s: a thread that waits for something without a bound (DNS, a TLS handshake that
    // does not go on) is left behind, and touches nothing of ours any more.
    ~NatsTaskEvents() override;
    NatsTaskEvents(const NatsTaskEvents&) = delete;
    NatsTaskEvents& operator=(const NatsTaskEvents&) = delete;

    [[nodiscard]] bool sleep(std::chrono::steady_clock::time_point earliest,
                             std::chrono::steady_clock::time_point until,
                             const std::vector<ResourceId>& teams) override;
    [[nodiscard]] bool connected() const override;
    void tell(Observer& observer) override;

  private:
    std::shared_ptr<nats::Link> link_;
    std::thread thread_;
};

}  // namespace tlm
