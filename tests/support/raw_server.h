#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tlm::test {

// The server's end of one connection, without any idea of HTTP but where a request ends. Blocking.
class RawConnection {
  public:
    explicit RawConnection(int fd) : fd_(fd) {}

    // A request's head and body, as it came; empty once the client has left.
    [[nodiscard]] std::string read_request();
    // False once the client has left.
    [[nodiscard]] bool send(std::string_view bytes) const;
    // Lets time pass. False, and at once, where the client leaves meanwhile.
    [[nodiscard]] bool pause(std::chrono::milliseconds time) const;
    void wait_until_client_leaves() const;

  private:
    int fd_;
    std::string rest_;  // read already, of the next request
};

// A server that answers with whatever bytes a test wants, on a port of 127.0.0.1 that the system chooses.
// Each connection is served on a thread of its own and closed when `serve` returns.
class RawServer {
  public:
    using Serve = std::function<void(RawConnection&)>;
    // The answer to a request, as bytes; the connection stays open.
    using Answer = std::function<std::string(const std::string& request)>;

    explicit RawServer(Serve serve);
    static Serve answering(Answer answer);
    ~RawServer();  // closes every connection and waits for the threads
    RawServer(const RawServer&) = delete;
    RawServer& operator=(const RawServer&) = delete;

    [[nodiscard]] std::string url() const;  // http://127.0.0.1:PORT
    [[nodiscard]] int port() const;
    // How many connections came so far.
    [[nodiscard]] int connections() const;

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

// An answer with its length, as a server that means well sends it. `headers` each end with a line end.
[[nodiscard]] std::string http_answer(const std::string& body, int status = 200,
                                      const std::string& headers = {});

}  // namespace tlm::test
