#include "tests/simulator/http_server.h"

#include <algorithm>
#include <array>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <exception>
#include <map>
#include <optional>
#include <string>
#include <thread>

#include "tests/simulator/target.h"

namespace tlm::simulator {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using beast::error_code;
using TlsStream = asio::ssl::stream<tcp::socket>;

constexpr std::uint64_t kLargestBody = 1024 * 1024;
constexpr std::uint64_t kLargestAdminBody = 1024 * 1024 * 1024;
constexpr std::chrono::seconds kDrainTime{5};

struct Shared {
    SimulatorOptions options;
    HttpServer::Handler handler;
    std::function<void()> ring;  // asks the alarm
    // How to drop each connection that is there, by its number.
    std::map<std::uint64_t, std::function<void()>> connections{};
};

std::string text(beast::string_view view) {
    return {view.data(), view.size()};
}

bool has_header(const Headers& headers, std::string_view name) {
    return std::ranges::any_of(headers, [&](const auto& header) {
        return beast::iequals({header.first.data(), header.first.size()}, {name.data(), name.size()});
    });
}

std::string head_of(const Reply& reply, bool closing) {
    const auto status = static_cast<http::status>(reply.status);
    std::string head = "HTTP/1.1 " + std::to_string(reply.status) + " ";
    head.append(text(http::obsolete_reason(status))).append("\r\n");
    const auto add = [&](std::string_view name, std::string_view value) {
        head.append(name).append(": ").append(value).append("\r\n");
    };
    if (!reply.body.empty() && !has_header(reply.headers, "Content-Type"))
        add("Content-Type", "application/json");
    if (reply.status != 204 && !has_header(reply.headers, "Content-Length")) {
        add("Content-Length", std::to_string(reply.body.size()));
    }
    if (closing) add("Connection", "close");
    for (const auto& [name, value] : reply.headers)
        add(name, value);
    return head.append("\r\n");
}

Request to_request(http::request<http::string_body>& message) {
    Request request;
    request.method = text(message.method_string());
    request.target = text(message.target());
    const std::size_t mark = request.target.find('?');
    request.path = percent_decoded(std::string_view(request.target).substr(0, mark));
    if (mark != std::string::npos) request.query = request.target.substr(mark + 1);
    request.authorization = text(message[http::field::authorization]);
    request.api_key = text(message["X-API-Key"]);
    request.request_id = text(message["X-Request-Id"]);
    request.user_agent = text(message[http::field::user_agent]);
    request.body = std::move(message.body());
    return request;
}

// One connection. It lives as long as one of its operations is under way.
template <typename Stream>
class Session : public std::enable_shared_from_this<Session<Stream>> {
  public:
    template <typename... Args>
    Session(Shared& shared, std::uint64_t number, Args&&... args)
        : shared_(shared),
          number_(number),
          stream_(std::forward<Args>(args)...),
          timer_(stream_.get_executor()) {
        shared_.connections.emplace(number_, [this] { drop(); });
    }

    ~Session() { shared_.connections.erase(number_); }
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    void start() {
        error_code ignored;
        socket().set_option(tcp::no_delay(shared_.options.tcp_no_delay), ignored);
        client_ = socket().remote_endpoint(ignored).address().to_string();
        if constexpr (std::is_same_v<Stream, TlsStream>) {
            stream_.async_handshake(asio::ssl::stream_base::server, [self = self()](error_code ec) {
                if (!ec) self->read_header();
            });
        } else {
            read_header();
        }
    }

  private:
    auto self() { return this->shared_from_this(); }
    auto& socket() { return beast::get_lowest_layer(stream_); }

    void read_header() {
        parser_.emplace();
        parser_->body_limit(kLargestAdminBody);
        http::async_read_header(stream_, buffer_, *parser_, [self = self()](error_code ec, std::size_t) {
            if (ec) return self->read_failed(ec);
            self->choose_body();
        });
    }

    void choose_body() {
        const auto& message = parser_->get();
        const bool admin = message.target().starts_with("/admin/");
        const bool takes_body = message.method() == http::verb::post || message.method() == http::verb::put ||
                                message.method() == http::verb::patch;
        const auto length = parser_->content_length();
        if (takes_body && !admin && !length && !parser_->chunked()) return wait_for_length();
        if (!admin && length && *length > kLargestBody) return refuse(413);
        if (!admin) parser_->body_limit(kLargestBody);
        if (beast::iequals(message[http::field::expect], "100-continue")) return tell_to_continue();
        read_body();
    }

    void tell_to_continue() {
        head_ = "HTTP/1.1 100 Continue\r\n\r\n";
        asio::async_write(stream_, asio::buffer(head_), [self = self()](error_code ec, std::size_t) {
            if (!ec) self->read_body();
        });
    }

    void read_body() {
        http::async_read(stream_, buffer_, *parser_, [self = self()](error_code ec, std::size_t) {
            if (ec) return self->read_failed(ec);
            const auto& message = self->parser_->get();
            self->closing_ = !message.keep_alive() || message.version() < 11;
            self->answer(0);
        });
    }

    // A server that reads until the body's end waits for bytes that never come.
    void wait_for_length() {
        timer_.expires_after(shared_.options.missing_length_wait);
        timer_.async_wait([self = self()](error_code ec) {
            if (!ec) self->refuse(400);
        });
    }

    void read_failed(error_code ec) {
        if (ec == http::error::end_of_stream) return finish();
        if (ec == http::error::body_limit) return refuse(413);
        if (ec == http::error::header_limit) return refuse(431);
        if (ec == http::error::partial_message) return;
        if (ec.category() == http::make_error_code(http::error::bad_method).category()) refuse(400);
    }

    void refuse(unsigned status) {
        closing_ = true;
        unread_ = true;
        answer(status);
    }

    void answer(unsigned refused) {
        Request request = to_request(parser_->get());
        request.client = client_;
        request.connection = number_;
        request.refused = refused;
        ++served_;
        deliver(ask(std::move(request)));
    }

    Reply ask(Request request) {
        try {
            return shared_.handler(std::move(request));
        } catch (const std::exception&) {
            return {500, ""};
        }
    }

    void deliver(Reply reply) {
        shared_.ring();
        if (reply.delay.count() > 0 || reply.after_delay) return deliver_later(std::move(reply));
        reply_ = std::move(reply);
        switch (reply_.delivery) {
            case Delivery::kNone:
                return close();
            case Delivery::kNever:
                return wait_until_client_leaves();
            case Delivery::kHalf:
                head_ = head_of(reply_, closing_);
                closing_ = true;
                reply_.body.resize(reply_.body.size() / 2);
                return write();
            case Delivery::kWhole:
                head_ = head_of(reply_, closing_);
                return write();
        }
    }

    void deliver_later(Reply reply) {
        timer_.expires_after(reply.delay);
        timer_.async_wait([self = self(), late = std::move(reply)](error_code ec) mutable {
            if (ec) return;
            late.delay = std::chrono::milliseconds{0};
            self->deliver(late.after_delay ? late.after_delay() : std::move(late));
        });
    }

    void write() {
        // With Nagle's algorithm on, head and body go out as a plain server sends them: in two writes.
        if (!shared_.options.tcp_no_delay && !reply_.body.empty()) {
            return asio::async_write(stream_, asio::buffer(head_),
                                     [self = self()](error_code ec, std::size_t) {
                                         self->head_.clear();
                                         if (!ec) self->write_rest();
                                     });
        }
        write_rest();
    }

    void write_rest() {
        const std::array<asio::const_buffer, 2> parts{asio::buffer(head_), asio::buffer(reply_.body)};
        asio::async_write(stream_, parts, [self = self()](error_code ec, std::size_t) {
            self->reply_ = {};
            if (!ec) self->go_on();
        });
    }

    void go_on() {
        const int most = shared_.options.keep_alive_requests;
        // Unannounced, as the real one: the client may be sending its next request right now.
        if (closing_ || (most > 0 && served_ >= most)) return finish();
        read_header();
    }

    void finish() {
        if constexpr (std::is_same_v<Stream, TlsStream>) {
            limit_time();
            stream_.async_shutdown([self = self()](error_code) { self->shut_down(); });
        } else {
            shut_down();
        }
    }

    void shut_down() {
        timer_.cancel();
        error_code ignored;
        socket().shutdown(tcp::socket::shutdown_send, ignored);
        if (!unread_) return close();
        // Closing with unread bytes would reset the connection, and the client might lose the answer.
        limit_time();
        wait_until_client_leaves();
    }

    void limit_time() {
        timer_.expires_after(kDrainTime);
        timer_.async_wait([self = self()](error_code ec) {
            if (!ec) self->close();
        });
    }

    void wait_until_client_leaves() {
        scratch_.resize(64 * 1024);
        socket().async_read_some(asio::buffer(scratch_), [self = self()](error_code ec, std::size_t) {
            if (!ec) return self->wait_until_client_leaves();
            self->timer_.cancel();
            self->close();
        });
    }

    // Answers that were to come later never come.
    void drop() {
        timer_.cancel();
        close();
    }

    void close() {
        reply_ = {};
        error_code ignored;
        socket().close(ignored);
    }

    Shared& shared_;
    const std::uint64_t number_;
    Stream stream_;
    asio::steady_timer timer_;
    std::string client_;
    beast::flat_buffer buffer_;
    std::optional<http::request_parser<http::string_body>> parser_;
    Reply reply_;
    std::string head_;
    std::string scratch_;
    int served_ = 0;
    bool closing_ = false;
    bool unread_ = false;
};

asio::ssl::context tls_context(const SimulatorOptions& options) {
    asio::ssl::context context(asio::ssl::context::tls_server);
    if (options.tls) {
        context.use_certificate_chain_file(options.certificate_file);
        context.use_private_key_file(options.key_file, asio::ssl::context::pem);
        if (!options.client_ca_file.empty()) {
            context.load_verify_file(options.client_ca_file);
            context.set_verify_mode(asio::ssl::verify_peer | asio::ssl::verify_fail_if_no_peer_cert);
        }
    }
    return context;
}

}  // namespace

class HttpServer::Impl {
  public:
    Impl(const SimulatorOptions& options, Handler handler, Alarm alarm)
        : shared_{options, std::move(handler), [this] { ring(); }},
          alarm_(std::move(alarm)),
          tls_(tls_context(options)),
          keeper_(io_),
          acceptor_(io_),
          retry_(io_),
          alarm_timer_(io_) {
        keeper_.open(tcp::v4());
        keeper_.set_option(tcp::socket::reuse_address(true));
        keeper_.bind({asio::ip::address_v4::loopback(), options.port});
        port_ = keeper_.local_endpoint().port();
        listen();
        ring();
        thread_ = std::thread([this] { io_.run(); });
    }

    ~Impl() {
        io_.stop();
        thread_.join();
    }

    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    [[nodiscard]] unsigned short port() const { return port_; }

    void run(const std::function<void()>& work) { asio::post(io_, asio::use_future(work)).get(); }

    void drop_connections(std::uint64_t but) {
        for (const auto& [number, drop] : shared_.connections) {
            if (number != but) drop();
        }
    }

    void stop_listening() {
        retry_.cancel();
        acceptor_.close();
    }

    void listen() {
        if (acceptor_.is_open()) return;
        acceptor_ = tcp::acceptor(io_, {asio::ip::address_v4::loopback(), port_});
        accept();
    }

  private:
    void ring() {
        const auto next = alarm_(std::chrono::steady_clock::now());
        if (!next) return;
        alarm_timer_.expires_at(*next);
        alarm_timer_.async_wait([this](error_code ec) {
            if (!ec) ring();
        });
    }

    void accept() {
        acceptor_.async_accept([this](error_code ec, tcp::socket socket) {
            if (ec == asio::error::operation_aborted) return;
            if (ec) return accept_later();
            begin(std::move(socket));
            accept();
        });
    }

    // Most likely no file descriptor is free, and one may be soon.
    void accept_later() {
        retry_.expires_after(std::chrono::milliseconds(20));
        retry_.async_wait([this](error_code ec) {
            if (!ec) accept();
        });
    }

    void begin(tcp::socket socket) {
        ++connections_;
        if (shared_.options.tls) {
            std::make_shared<Session<TlsStream>>(shared_, connections_, std::move(socket), tls_)->start();
        } else {
            std::make_shared<Session<tcp::socket>>(shared_, connections_, std::move(socket))->start();
        }
    }

    // The sessions are owned by their operations in io_, so what they refer to stands before it.
    Shared shared_;
    Alarm alarm_;
    asio::ssl::context tls_;
    asio::io_context io_{1};
    asio::executor_work_guard<asio::io_context::executor_type> work_{
        io_.get_executor()};  // also while stopped
    tcp::socket keeper_;      // bound, never listening: while the acceptor is closed, it keeps the port
    tcp::acceptor acceptor_;
    asio::steady_timer retry_;
    asio::steady_timer alarm_timer_;
    std::uint64_t connections_ = 0;
    unsigned short port_ = 0;
    std::thread thread_;
};

HttpServer::HttpServer(const SimulatorOptions& options, Handler handler, Alarm alarm)
    : impl_(std::make_unique<Impl>(options, std::move(handler), std::move(alarm))) {}

HttpServer::~HttpServer() = default;

unsigned short HttpServer::port() const {
    return impl_->port();
}

void HttpServer::run(const std::function<void()>& work) {
    impl_->run(work);
}

void HttpServer::drop_connections(std::uint64_t but) {
    impl_->drop_connections(but);
}

void HttpServer::stop_listening() {
    impl_->stop_listening();
}

void HttpServer::listen() {
    impl_->listen();
}

}  // namespace tlm::simulator
