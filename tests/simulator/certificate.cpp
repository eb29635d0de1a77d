#include "tests/simulator/certificate.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <memory>
#include <stdexcept>

namespace tlm::simulator {
namespace {

void require(bool done, const char* what) {
    if (!done) throw std::runtime_error(std::string("certificate: ") + what);
}

template <typename T, void (*Free)(T*)>
struct Freed {
    void operator()(T* pointer) const { Free(pointer); }
};
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY, EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freed<X509, X509_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, Freed<X509_EXTENSION, X509_EXTENSION_free>>;

struct CloseFile {
    void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, CloseFile>;

void add_extension(X509* certificate, int kind, const char* value) {
    const Extension extension(X509V3_EXT_conf_nid(nullptr, nullptr, kind, value));
    require(extension && X509_add_ext(certificate, extension.get(), -1) == 1, "extension");
}

struct Subject {
    std::string common_name = "localhost";
    bool authority = false;
};

// Self-signed where there is no issuer.
Certificate sign(EVP_PKEY* key, const Subject& subject, const CertificateOptions& options, X509* issuer,
                 EVP_PKEY* issuer_key) {
    Certificate certificate(X509_new());
    require(certificate != nullptr, "memory");
    X509_set_version(certificate.get(), X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), issuer == nullptr ? 1 : 2);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), options.valid_from);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), options.valid_until);
    X509_set_pubkey(certificate.get(), key);
    X509_NAME* name = X509_get_subject_name(certificate.get());
    const auto* common_name = reinterpret_cast<const unsigned char*>(subject.common_name.c_str());
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, common_name, -1, -1, 0);
    X509_set_issuer_name(certificate.get(), issuer == nullptr ? name : X509_get_subject_name(issuer));
    if (!options.names.empty()) add_extension(certificate.get(), NID_subject_alt_name, options.names.c_str());
    if (subject.authority) add_extension(certificate.get(), NID_basic_constraints, "critical,CA:TRUE");
    require(X509_sign(certificate.get(), issuer == nullptr ? key : issuer_key, EVP_sha256()) != 0,
            "signature");
    return certificate;
}

Key new_key() {
    Key key(EVP_EC_gen("P-256"));
    require(key != nullptr, "key");
    return key;
}

void write_certificate(X509* certificate, const std::string& file) {
    const File out(std::fopen(file.c_str(), "w"));
    require(out && PEM_write_X509(out.get(), certificate) == 1, file.c_str());
}

void write_key(EVP_PKEY* key, const std::string& passphrase, const std::string& file) {
    const File out(std::fopen(file.c_str(), "w"));
    std::string phrase = passphrase;
    const EVP_CIPHER* cipher = passphrase.empty() ? nullptr : EVP_aes_256_cbc();
    require(out && PEM_write_PrivateKey(out.get(), key, cipher, nullptr, 0, nullptr,
                                        passphrase.empty() ? nullptr : phrase.data()) == 1,
            file.c_str());
}

}  // namespace

void write_self_signed_certificate(const std::string& certificate_file, const std::string& key_file) {
    const Key key = new_key();
    const Certificate certificate =
        sign(key.get(), {.common_name = "localhost", .authority = true}, {}, nullptr, nullptr);
    write_certificate(certificate.get(), certificate_file);
    write_key(key.get(), {}, key_file);
}

struct Authority::Parts {
    Key key;
    Certificate certificate;
};

Authority::Authority(const std::string& name) : parts_(std::make_unique<Parts>()) {
    parts_->key = new_key();
    CertificateOptions options;
    options.names.clear();
    parts_->certificate =
        sign(parts_->key.get(), {.common_name = name, .authority = true}, options, nullptr, nullptr);
}

Authority::~Authority() = default;

void Authority::write(const std::string& certificate_file) const {
    write_certificate(parts_->certificate.get(), certificate_file);
}

void Authority::issue(const CertificateOptions& options, const std::string& certificate_file,
                      const std::string& key_file) const {
    const Key key = new_key();
    const Certificate certificate =
        sign(key.get(), {}, options, parts_->certificate.get(), parts_->key.get());
    write_certificate(certificate.get(), certificate_file);
    write_key(key.get(), options.passphrase, key_file);
}

}  // namespace tlm::simulator
