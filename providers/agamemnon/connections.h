#pragma once

#include <chrono>
#include <unordered_map>

namespace tlm::agamemnon {

// How many requests a server takes on one connection before it closes it: at first the hundred that
// Agamemnon's own takes, or fewer, learnt from two that it closed after the same number. It does so
// unannounced, perhaps just as the next request is sent, and of a create that was lost so nobody knows
// whether it was carried out. So the last one that it takes is made the last one that is sent. Connections go
// by the number of their port on this machine.
class Connections {
  public:
    using TimePoint = std::chrono::steady_clock::time_point;

    // Whether the connection should be closed after the request that is about to be sent.
    [[nodiscard]] bool is_last_request(int port) {
        Connection& connection = open_[port];
        connection.last = connection.answers + 1 >= most_;
        return connection.last;
    }
    void answered(int port, TimePoint now) {
        Connection& connection = open_[port];
        ++connection.answers;
        connection.at = now;
    }
    void closed(int port, TimePoint now) {
        const auto at = open_.find(port);
        if (at == open_.end()) return;
        const Connection connection = at->second;
        open_.erase(at);
        // One that rested for long was closed for that.
        if (connection.last || connection.answers < 2 || now - connection.at > kAtOnce) return;
        if (connection.answers == closed_after_) most_ = closed_after_;
        closed_after_ = connection.answers;
    }

  private:
    static constexpr std::chrono::seconds kAtOnce{1};
    static constexpr int kUsual = 100;  // measured; one new connection in a hundred requests costs nothing
    struct Connection {
        int answers = 0;
        bool last = false;
        TimePoint at{};
    };
    std::unordered_map<int, Connection> open_;
    int closed_after_ = 0;  // so many answers, the last one that was closed
    int most_ = kUsual;     // answers on a connection
};

}  // namespace tlm::agamemnon
