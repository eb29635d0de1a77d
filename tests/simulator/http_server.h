#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "tests/simulator/message.h"
#include "tests/simulator/simulator.h"

namespace tlm::simulator {

// HTTP/1.1 on 127.0.0.1, with or without TLS, on one thread of its own, which is the only one to call the
// handler. Listens once constructed; the destructor closes every connection, and no handler runs after it.
class HttpServer {
  public:
    using Handler = std::function<Reply(Request)>;

    // Does what is due at a time, and returns when something will be due, if anything.
    using Alarm = std::function<std::optional<std::chrono::steady_clock::time_point>(
        std::chrono::steady_clock::time_point now)>;

    // The alarm is asked on the handler's thread: after each request, and at the time that it returned.
    HttpServer(const SimulatorOptions& options, Handler handler, Alarm alarm);
    ~HttpServer();
    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;

    [[nodiscard]] unsigned short port() const;

    // Runs `work` on the handler's thread, and returns once it is done.
    void run(const std::function<void()>& work);

    // Only on the handler's thread:
    void drop_connections(std::uint64_t but);  // the number of the one that stays; 0: none
    // Connections are refused from now on, yet no one else can take the port.
    void stop_listening();
    void listen();

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace tlm::simulator
