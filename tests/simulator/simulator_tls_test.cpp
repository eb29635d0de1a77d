#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/bio.h>
#include <openssl/ssl.h>
#include <stdlib.h>

#include <array>
#include <filesystem>
#include <memory>
#include <string>

#include "tests/simulator/certificate.h"
#include "tests/simulator/simulator.h"

namespace tlm::simulator {
namespace {

class SimulatorTlsTest : public testing::Test {
  protected:
    void SetUp() override {
        std::string pattern = testing::TempDir() + "simulator-XXXXXX";
        ASSERT_NE(mkdtemp(pattern.data()), nullptr);
        directory_ = pattern;
    }
    void TearDown() override { std::filesystem::remove_all(directory_); }

    std::filesystem::path directory_;
};

std::string ask_over_tls(unsigned short port, const std::string& trusted, const std::string& request) {
    const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()),
                                                                    SSL_CTX_free);
    SSL_CTX_load_verify_locations(context.get(), trusted.c_str(), nullptr);
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
    const std::unique_ptr<BIO, decltype(&BIO_free_all)> bio(BIO_new_ssl_connect(context.get()), BIO_free_all);
    BIO_set_conn_hostname(bio.get(), ("127.0.0.1:" + std::to_string(port)).c_str());
    if (BIO_write(bio.get(), request.data(), static_cast<int>(request.size())) <= 0) return {};
    std::string answer;
    std::array<char, 4096> part{};
    for (int got = 0; (got = BIO_read(bio.get(), part.data(), part.size())) > 0;) {
        answer.append(part.data(), static_cast<std::size_t>(got));
    }
    return answer;
}

TEST_F(SimulatorTlsTest, Request_OverTlsWithTrustedCertificate_IsAnswered) {
    SimulatorOptions options{
        .tls = true, .certificate_file = directory_ / "certificate.pem", .key_file = directory_ / "key.pem"};
    write_self_signed_certificate(options.certificate_file, options.key_file);
    const Simulator simulator(options);
    EXPECT_THAT(simulator.url(), testing::StartsWith("https://127.0.0.1:"));
    const std::string answer =
        ask_over_tls(simulator.port(), options.certificate_file,
                     "GET /v1/health HTTP/1.1\r\nX-API-Key: test-key\r\nConnection: close\r\n\r\n");
    EXPECT_THAT(answer,
                testing::AllOf(testing::HasSubstr("200 OK"), testing::EndsWith(R"({"status":"ok"})")));
}

TEST_F(SimulatorTlsTest, MissingCertificate_DoesNotStart) {
    EXPECT_THROW(
        Simulator({.tls = true, .certificate_file = directory_ / "none", .key_file = directory_ / "none"}),
        std::exception);
}

}  // namespace
}  // namespace tlm::simulator
