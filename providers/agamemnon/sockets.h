#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <span>
#include <unordered_map>

#include <sys/epoll.h>

namespace tlm::agamemnon {

// The sockets of the requests that are under way, and which of them something has happened to. Not
// thread-safe, but for wake().
class Sockets {
  public:
    struct Event {
        int socket = -1;
        bool readable = false;  // also where it failed: reading says how
        bool writable = false;
    };

    Sockets();
    ~Sockets();
    Sockets(const Sockets&) = delete;
    Sockets& operator=(const Sockets&) = delete;

    [[nodiscard]] bool usable() const { return epoll_ >= 0 && waker_ >= 0; }

    // Opens a socket of its own; -1 where that fails. What is asked for with `want` may go on being watched
    // until it is closed, which spares two calls a request.
    [[nodiscard]] int open(int family, int type, int protocol);
    // Closes one that open() gave.
    int close(int socket);
    // From now on the socket is waited for so, also one that open() did not give; neither: not at all.
    void want(int socket, bool readable, bool writable);
    // From any thread: wait() returns, now or the next time it is called.
    void wake() const;
    // Waits for at most so long and returns what has happened; valid until the next call.
    [[nodiscard]] std::span<const Event> wait(std::chrono::milliseconds longest);

  private:
    struct Watched {
        std::uint32_t wanted = 0;
        std::uint32_t registered = 0;  // with the kernel
        bool ours = false;
    };
    void register_as(int socket, Watched& watched, std::uint32_t events);

    static constexpr std::size_t kMostEvents = 64;
    int epoll_;
    int waker_;
    std::unordered_map<int, Watched> watched_;
    std::array<epoll_event, kMostEvents> raw_{};
    std::array<Event, kMostEvents> events_{};
};

}  // namespace tlm::agamemnon
