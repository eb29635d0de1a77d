#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "engine/base/secret.h"
#include "engine/ports/provider.h"

namespace tlm {

// Files in PEM.
struct TlsFiles {
    std::string ca_cert;      // certificates to trust; empty: the system's
    std::string client_cert;  // what we show to a server that asks for it; empty: nothing
    std::string client_key;   // empty: it is in client_cert
};

// Whether the files can be read and hold what they are for, so that a fault of theirs is not taken for the
// server's. Errors: bad_input, naming the setting and the file.
[[nodiscard]] Result<void> check_tls_files(const TlsFiles& files);

struct AgamemnonOptions {
    std::string url;  // http or https, without a slash at the end
    Secret api_key;   // sent as bearer; empty: none is sent
    std::string user_agent;
    std::chrono::milliseconds timeout{30000};          // of one request, from its first byte to its last
    std::chrono::milliseconds connect_timeout{10000};  // of a connection, TLS included
    double rate_limit_rps = 0;                         // requests a second; 0: no limit of our own
    double rate_limit_burst = 1;                       // that may go at once
    std::size_t max_connections = 16;
    TlsFiles tls;
    // Told when reading has to wait because the server asks for it. May be empty.
    std::function<void(std::chrono::milliseconds wait, const std::string& reason)> on_wait;
    // Asked while reading: whether to give up (error interrupted). Calls are never given up. May be empty.
    std::function<bool()> stop_requested;
};

// A fleet on an Agamemnon server, over HTTP. One thread uses an instance; requests run side by side on one
// curl multi handle, over connections that are kept alive.
class Agamemnon final : public FleetReader, public FleetWriter {
  public:
    // Opens no connection yet. Errors: internal, where libcurl can't be set up.
    [[nodiscard]] static Result<std::unique_ptr<Agamemnon>> open(AgamemnonOptions options);
    ~Agamemnon() override;

    [[nodiscard]] Result<Snapshot> read_fleet() override;
    [[nodiscard]] Result<Snapshot> read_tasks(const std::vector<ResourceId>& teams) override;
    [[nodiscard]] Result<std::vector<std::vector<LiveResource>>> find(
        const std::vector<LookUp>& wanted) override;
    [[nodiscard]] std::size_t at_once(std::size_t calls) override;
    void submit(Call call) override;
    [[nodiscard]] std::vector<Completion> wait(std::chrono::steady_clock::time_point until) override;
    void give_up_unsent() override;

  private:
    class Impl;
    explicit Agamemnon(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace tlm
