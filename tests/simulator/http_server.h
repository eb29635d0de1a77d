#pragma once

#include <functional>
#include <memory>

#include "tests/simulator/message.h"
#include "tests/simulator/simulator.h"

namespace tlm::simulator {

// HTTP/1.1 on 127.0.0.1, with or without TLS, on one thread of its own, which is the only one to call the
// handler. Listens once constructed; the destructor closes every connection, and no handler runs after it.
class HttpServer {
  public:
    using Handler = std::function<Reply(Request)>;

    HttpServer(const SimulatorOptions& options, Handler handler);
    ~HttpServer();
    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;

    [[nodiscard]] unsigned short port() const;

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace tlm::simulator
