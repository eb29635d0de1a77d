#include "tests/support/raw_server.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <list>
#include <mutex>
#include <stdexcept>
#include <thread>

namespace tlm::test {
namespace {

std::size_t length_of(const std::string& head) {
    constexpr std::string_view kName = "\r\ncontent-length:";
    for (std::size_t at = 0; (at = head.find("\r\n", at)) != std::string::npos; at += 2) {
        if (strncasecmp(head.c_str() + at, kName.data(), kName.size()) == 0)
            return std::stoul(head.substr(at + kName.size()));
    }
    return 0;
}

}  // namespace

std::string RawConnection::read_request() {
    std::size_t wanted = std::string::npos;
    std::array<char, 16384> buffer{};
    while (true) {
        const std::size_t end = rest_.find("\r\n\r\n");
        if (end != std::string::npos) wanted = end + 4 + length_of(rest_.substr(0, end));
        if (rest_.size() >= wanted) break;
        const ssize_t n = read(fd_, buffer.data(), buffer.size());
        if (n <= 0) return {};
        rest_.append(buffer.data(), static_cast<std::size_t>(n));
    }
    const std::string request = rest_.substr(0, wanted);
    rest_.erase(0, wanted);
    return request;
}

bool RawConnection::send(std::string_view bytes) const {
    while (!bytes.empty()) {
        const ssize_t n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (n <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
}

bool RawConnection::pause(std::chrono::milliseconds time) const {
    pollfd polled = {fd_, POLLIN | POLLRDHUP, 0};
    return poll(&polled, 1, static_cast<int>(time.count())) == 0;
}

void RawConnection::wait_until_client_leaves() const {
    std::array<char, 4096> ignored{};
    while (read(fd_, ignored.data(), ignored.size()) > 0) {
    }
}

class RawServer::Impl {
  public:
    explicit Impl(Serve serve)
        : serve_(std::move(serve)), fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address = {};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof(address);
        auto* plain = reinterpret_cast<sockaddr*>(&address);
        if (bind(fd_, plain, size) != 0 || listen(fd_, 128) != 0 || getsockname(fd_, plain, &size) != 0)
            throw std::runtime_error("can't listen");
        port_ = ntohs(address.sin_port);
        acceptor_ = std::thread([this] { accept_all(); });
    }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;
    ~Impl() {
        shutdown(fd_, SHUT_RDWR);
        acceptor_.join();
        {
            const std::lock_guard lock(mutex_);
            for (const Served& one : served_) {
                if (one.fd >= 0) shutdown(one.fd, SHUT_RDWR);
            }
        }
        for (Served& one : served_)
            one.thread.join();
        close(fd_);
    }

    [[nodiscard]] int port() const { return port_; }
    [[nodiscard]] int connections() {
        const std::lock_guard lock(mutex_);
        return static_cast<int>(served_.size());
    }

  private:
    struct Served {
        int fd = -1;  // -1 once it is closed
        std::thread thread;
    };

    void accept_all() {
        while (true) {
            const int fd = accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC);
            if (fd < 0) return;
            const std::lock_guard lock(mutex_);
            Served& one = served_.emplace_back();
            one.fd = fd;
            one.thread = std::thread([this, &one, fd] { serve(one, fd); });
        }
    }

    void serve(Served& one, int fd) {
        RawConnection connection(fd);
        serve_(connection);
        const std::lock_guard lock(mutex_);
        one.fd = -1;
        close(fd);
    }

    const Serve serve_;
    const int fd_;
    int port_ = 0;
    std::mutex mutex_;
    std::list<Served> served_;
    std::thread acceptor_;
};

RawServer::RawServer(Serve serve) : impl_(std::make_unique<Impl>(std::move(serve))) {}
RawServer::~RawServer() = default;
RawServer::Serve RawServer::answering(Answer answer) {
    return [answer = std::move(answer)](RawConnection& connection) {
        for (std::string request; !(request = connection.read_request()).empty();) {
            if (!connection.send(answer(request))) return;
        }
    };
}
std::string RawServer::url() const {
    return fmt::format("http://127.0.0.1:{}", port());
}
int RawServer::port() const {
    return impl_->port();
}
int RawServer::connections() const {
    return impl_->connections();
}

std::string http_answer(const std::string& body, int status, const std::string& headers) {
    return fmt::format("HTTP/1.1 {} Status\r\nContent-Length: {}\r\n{}\r\n{}", status, body.size(), headers,
                       body);
}

}  // namespace tlm::test
