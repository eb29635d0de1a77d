#include "tests/simulator/simulator.h"

#include <utility>

#include "tests/simulator/application.h"
#include "tests/simulator/http_server.h"

namespace tlm {

class Simulator::Impl {
  public:
    explicit Impl(const SimulatorOptions& options)
        : scheme_(options.tls ? "https" : "http"),
          application_(options, [this](std::uint64_t kept) { server_.drop_connections(kept); }),
          server_(
              options, [this](auto request) { return application_.handle(std::move(request)); },
              [this](auto now) { return application_.pass(now); }) {}

    [[nodiscard]] unsigned short port() const { return server_.port(); }
    [[nodiscard]] std::string url() const { return scheme_ + "://127.0.0.1:" + std::to_string(port()); }
    void stop() {
        server_.run([this] {
            server_.stop_listening();
            server_.drop_connections(0);
        });
    }
    void start(Memory memory) {
        server_.run([&] {
            application_.restart(memory == Memory::kKept);
            server_.listen();
        });
    }

  private:
    std::string scheme_;
    simulator::Application application_;
    simulator::HttpServer server_;  // last: it calls the application until it is gone
};

Simulator::Simulator(SimulatorOptions options) : impl_(std::make_unique<Impl>(options)) {}
Simulator::~Simulator() = default;

unsigned short Simulator::port() const {
    return impl_->port();
}
std::string Simulator::url() const {
    return impl_->url();
}

void Simulator::stop() {
    impl_->stop();
}
void Simulator::start(Memory memory) {
    impl_->start(memory);
}

}  // namespace tlm
