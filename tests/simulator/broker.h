#pragma once

#include <memory>
#include <string>

namespace tlm::simulator {

// A connection to a NATS broker. Once it was there, it comes back by itself when it is lost.
class Broker {
  public:
    // nats://HOST:PORT or tls://HOST:PORT; `ca_file` (PEM) for certificates that the system does not know.
    // Throws std::runtime_error where there is no broker.
    Broker(const std::string& url, const std::string& ca_file);
    ~Broker();
    Broker(const Broker&) = delete;
    Broker& operator=(const Broker&) = delete;

    // As a server would: without waiting for the broker, which may never get it.
    void publish(const std::string& subject, const std::string& payload);
    [[nodiscard]] bool connected() const;

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace tlm::simulator
