#include "providers/agamemnon/sockets.h"

#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <climits>

namespace tlm::agamemnon {

Sockets::Sockets() : epoll_(epoll_create1(EPOLL_CLOEXEC)), waker_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    want(waker_, true, false);
}

Sockets::~Sockets() {
    if (epoll_ >= 0) ::close(epoll_);
    if (waker_ >= 0) ::close(waker_);
}

int Sockets::open(int family, int type, int protocol) {
    const int socket = ::socket(family, type | SOCK_CLOEXEC, protocol);
    if (socket >= 0) watched_[socket] = {.wanted = 0, .registered = 0, .ours = true};
    return socket;
}

int Sockets::close(int socket) {
    // The kernel forgets it by itself.
    watched_.erase(socket);
    return ::close(socket);
}

void Sockets::want(int socket, bool readable, bool writable) {
    Watched& watched = watched_[socket];
    watched.wanted = (readable ? EPOLLIN : 0U) | (writable ? EPOLLOUT : 0U);
    // Between two requests a connection stays registered. Of sockets of others nobody says when they are
    // closed, and the number may come back as another one's.
    if (watched.wanted != 0 || !watched.ours) register_as(socket, watched, watched.wanted);
    if (watched.wanted == 0 && !watched.ours) watched_.erase(socket);
}

void Sockets::register_as(int socket, Watched& watched, std::uint32_t events) {
    if (events == watched.registered) return;
    epoll_event event{};
    event.events = events;
    event.data.fd = socket;
    const int operation = events == 0               ? EPOLL_CTL_DEL
                          : watched.registered == 0 ? EPOLL_CTL_ADD
                                                    : EPOLL_CTL_MOD;
    epoll_ctl(epoll_, operation, socket, &event);
    watched.registered = events;
}

void Sockets::wake() const {
    static_cast<void>(eventfd_write(waker_, 1));
}

std::span<const Sockets::Event> Sockets::wait(std::chrono::milliseconds longest) {
    const auto bounded = std::clamp<std::int64_t>(longest.count(), 0, INT_MAX);
    const int count =
        epoll_wait(epoll_, raw_.data(), static_cast<int>(raw_.size()), static_cast<int>(bounded));
    std::size_t told = 0;
    for (int i = 0; i < count; ++i) {
        const epoll_event& raw = raw_.at(static_cast<std::size_t>(i));
        if (raw.data.fd == waker_) {
            eventfd_t times = 0;
            static_cast<void>(eventfd_read(waker_, &times));
            continue;
        }
        const auto at = watched_.find(raw.data.fd);
        if (at == watched_.end()) continue;
        Watched& watched = at->second;
        if (watched.wanted == 0) {
            // The server has closed a connection that rests; who wants to use it again will see.
            register_as(at->first, watched, 0);
            continue;
        }
        const bool failed = (raw.events & (EPOLLERR | EPOLLHUP)) != 0;
        events_.at(told++) = {raw.data.fd, failed || (raw.events & EPOLLIN) != 0,
                              (raw.events & EPOLLOUT) != 0 || (failed && (watched.wanted & EPOLLOUT) != 0)};
    }
    return {events_.data(), told};
}

}  // namespace tlm::agamemnon
