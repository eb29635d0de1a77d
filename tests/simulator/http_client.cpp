#include "tests/simulator/http_client.h"

#include <rapidjson/document.h>
#include <rapidjson/pointer.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

namespace tlm::simulator {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::beast::error_code;

struct HttpClient::Impl {
    asio::io_context io;
    asio::ip::tcp::socket socket{io};
    boost::beast::flat_buffer buffer;
};

HttpClient::HttpClient(unsigned short port) : impl_(std::make_unique<Impl>()) {
    impl_->socket.connect({asio::ip::address_v4::loopback(), port});
}

HttpClient::~HttpClient() = default;

Answer HttpClient::send(const std::string& method, const std::string& target, const std::string& body,
                        const std::vector<std::pair<std::string, std::string>>& headers) {
    http::request<http::string_body> request;
    request.method_string(method);
    request.target(target);
    request.set(http::field::host, "127.0.0.1");
    request.set("X-API-Key", "test-key");
    for (const auto& [name, value] : headers) {
        if (name == "Authorization") request.erase("X-API-Key");
        request.set(name, value);
    }
    request.body() = body;
    request.prepare_payload();
    if (method == "POST" && body.empty()) request.content_length(0);
    error_code ignored;  // a server that refuses early has an answer to read
    http::write(impl_->socket, request, ignored);
    return read_answer();
}

void HttpClient::send_raw(std::string_view bytes) {
    error_code ignored;
    asio::write(impl_->socket, asio::buffer(bytes.data(), bytes.size()), ignored);
}

Answer HttpClient::read_answer() {
    http::response_parser<http::string_body> parser;
    parser.body_limit(1U << 30);
    error_code ec;
    http::read(impl_->socket, impl_->buffer, parser, ec);
    if (ec) return {};
    const auto& answer = parser.get();
    const auto header = [&](const char* name) {
        const auto value = answer[name];
        return std::string(value.data(), value.size());
    };
    return {answer.result_int(), answer.body(), header("Retry-After"), header("Connection"),
            header("Content-Type")};
}

std::string json_at(std::string_view json, const std::string& pointer) {
    rapidjson::Document document;
    document.Parse(json.data(), json.size());
    if (document.HasParseError()) return {};
    const rapidjson::Value* value = rapidjson::Pointer(pointer.c_str()).Get(document);
    if (value == nullptr) return {};
    rapidjson::StringBuffer buffer;
    rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
    value->Accept(writer);
    return {buffer.GetString(), buffer.GetSize()};
}

}  // namespace tlm::simulator
