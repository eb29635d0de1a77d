#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tlm::simulator {

struct Answer {
    unsigned status = 0;  // 0: the connection ended before a whole answer came
    std::string body;
    std::string retry_after, connection, content_type;  // headers
};

// One connection to a server on this machine, for tests that look at single connections. Blocking.
class HttpClient {
  public:
    explicit HttpClient(unsigned short port);
    ~HttpClient();

    // With the key "test-key", unless `headers` say something about a key themselves.
    Answer send(const std::string& method, const std::string& target, const std::string& body = {},
                const std::vector<std::pair<std::string, std::string>>& headers = {});
    void send_raw(std::string_view bytes);
    [[nodiscard]] Answer read_answer();

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

// The value that a JSON pointer ("/agents/0/name") finds, as JSON text; empty if there is none.
[[nodiscard]] std::string json_at(std::string_view json, const std::string& pointer);

}  // namespace tlm::simulator
