#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tests/simulator/worker_script.h"

namespace tlm {

// What an Agamemnon server can be set up with; the defaults are those of a real one.
struct SimulatorOptions {
    unsigned short port = 0;  // 0: the system chooses
    std::string api_key = "test-key";
    double rate = 60;  // requests a second and client address; <= 0: no limit
    double burst = 120;
    int keep_alive_requests = 100;                         // per connection; <= 0: no limit
    std::chrono::milliseconds missing_length_wait{10000};  // before a POST without a length is refused
    bool tls = false;
    std::string certificate_file{}, key_file{};  // PEM; only with tls
    std::string client_ca_file{};        // PEM; clients must show a certificate that one of these signed
    std::chrono::milliseconds delay{0};  // added to every answer of /v1
    bool tcp_no_delay = true;
    std::vector<simulator::WorkerScript> workers{};  // none: tasks stay as they are
    std::string broker{};          // nats://HOST:PORT or tls://HOST:PORT, for events; empty: none
    std::string broker_ca_file{};  // PEM, for a broker's certificate that the system does not know
    // What the faults `kill` and `kill_after` call, on the server's thread: it ends the client's process and
    // returns once that is dead.
    std::function<void()> kill{};
};

// What a server still knows after a restart. A real one has forgotten all of its agents, teams and tasks.
enum class Memory { kKept, kLost };

// An Agamemnon server on 127.0.0.1, over real sockets, with faults on request (POST /admin/faults; see
// faults.h). It listens once constructed, serves on one thread of its own, and the destructor stops it and
// closes every connection. Throws std::exception from the constructor if it can't listen, read the files or
// reach the broker.
class Simulator {
  public:
    explicit Simulator(SimulatorOptions options = {});
    ~Simulator();
    Simulator(const Simulator&) = delete;
    Simulator& operator=(const Simulator&) = delete;

    [[nodiscard]] unsigned short port() const;
    [[nodiscard]] std::string url() const;  // without a slash at the end

    // As a server that is not running: every connection is closed, and new ones are refused. The port stays
    // this one's.
    void stop();
    // As one that has been started again.
    void start(Memory memory);

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace tlm
