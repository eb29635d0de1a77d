#pragma once

#include <memory>
#include <string>

namespace tlm::simulator {

// Writes a new self-signed certificate for 127.0.0.1 and localhost, good for a day, and its key, as PEM.
// Throws std::runtime_error where that fails.
void write_self_signed_certificate(const std::string& certificate_file, const std::string& key_file);

struct CertificateOptions {
    std::string names = "IP:127.0.0.1,DNS:localhost";  // as OpenSSL writes subjectAltName
    long valid_from = -3600;                           // seconds from now
    long valid_until = 86400;
    std::string passphrase{};  // of the key; empty: none
};

// Signs certificates. Its methods throw std::runtime_error where they fail.
class Authority {
  public:
    explicit Authority(const std::string& name);
    ~Authority();
    Authority(const Authority&) = delete;
    Authority& operator=(const Authority&) = delete;

    void write(const std::string& certificate_file) const;
    // Writes a new certificate and its key, as PEM.
    void issue(const CertificateOptions& options, const std::string& certificate_file,
               const std::string& key_file) const;

  private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace tlm::simulator
