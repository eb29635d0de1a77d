#pragma once

#include <filesystem>
#include <string>
#include <utility>

namespace tlm::test {

struct NatsServerOptions {
    std::string certificate_file{}, key_file{};  // PEM; with them it wants TLS
    std::string user{}, password{};              // that clients must give, unless empty
    std::string config{};                        // the text of a configuration file
};

// A real nats-server on 127.0.0.1, on a port that the system chooses. It takes connections once constructed.
// Throws std::runtime_error where it can't be started.
class NatsServer {
  public:
    // Where nats-server is; empty where there is none.
    static std::string program();

    explicit NatsServer(NatsServerOptions options = {});
    ~NatsServer();
    NatsServer(const NatsServer&) = delete;
    NatsServer& operator=(const NatsServer&) = delete;

    [[nodiscard]] int port() const { return port_; }
    // nats://127.0.0.1:PORT or tls://…, without user and password.
    [[nodiscard]] std::string url() const;

    // As a broker that is lost: its process is killed. Its port is kept for the next start.
    void stop();
    void start();

  private:
    NatsServer(NatsServerOptions options, std::pair<int, int> keeper);  // not started yet
    void wait_until_ready(int changes) const;

    NatsServerOptions options_;
    std::filesystem::path directory_;  // for the file in which it says that it is ready
    int keeper_ = -1;                  // a socket that keeps the port, without ever listening
    int port_ = 0;
    int pid_ = -1;
};

}  // namespace tlm::test
