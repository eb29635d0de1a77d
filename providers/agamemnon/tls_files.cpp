#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <fstream>
#include <memory>

#include "providers/agamemnon/agamemnon.h"

namespace tlm {
namespace {

using SslContext = std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)>;

Error bad(std::string what, const std::string& file, std::string next) {
    // Nobody reads OpenSSL's own list of errors, and what stays in it would be taken for a later call's.
    ERR_clear_error();
    return fail(ErrorCode::bad_input, std::move(what), file, {std::move(next)});
}

Result<void> readable(const char* setting, const std::string& file) {
    if (file.empty()) return success();
    std::ifstream stream(file, std::ios::binary);
    // A directory can be opened, but not read.
    if (stream.good() && (stream.peek() != std::ifstream::traits_type::eof() || !stream.bad()))
        return success();
    return bad(fmt::format("can't read the file that {} names", setting), file,
               "Check the path and the permissions.");
}

// Instead of OpenSSL's own, which asks on the terminal.
int no_passphrase(char*, int, int, void* asked) {
    *static_cast<bool*>(asked) = true;
    return -1;
}

Result<void> check_ca(SSL_CTX* context, const std::string& file) {
    if (file.empty() || SSL_CTX_load_verify_file(context, file.c_str()) == 1) return success();
    return bad("the file that AGAMEMNON_CA_CERT (--ca-cert) names holds no certificate in PEM", file,
               "It holds one or more blocks from BEGIN CERTIFICATE to END CERTIFICATE.");
}

Result<void> check_client(SSL_CTX* context, const TlsFiles& files) {
    if (files.client_cert.empty()) return success();
    if (SSL_CTX_use_certificate_chain_file(context, files.client_cert.c_str()) != 1) {
        return bad("the file that AGAMEMNON_CLIENT_CERT names holds no certificate in PEM", files.client_cert,
                   "It holds the certificate and those that signed it, each from BEGIN CERTIFICATE to END "
                   "CERTIFICATE.");
    }
    const bool apart = !files.client_key.empty();
    const std::string& key = apart ? files.client_key : files.client_cert;
    bool passphrase = false;
    SSL_CTX_set_default_passwd_cb(context, no_passphrase);
    SSL_CTX_set_default_passwd_cb_userdata(context, &passphrase);
    ERR_clear_error();
    if (SSL_CTX_use_PrivateKey_file(context, key.c_str(), SSL_FILETYPE_PEM) != 1) {
        const bool mismatch = ERR_GET_REASON(ERR_peek_last_error()) == X509_R_KEY_VALUES_MISMATCH;
        if (mismatch)
            return bad("the private key does not belong to the certificate that AGAMEMNON_CLIENT_CERT names",
                       key, "Name the key that the certificate was made for.");
        if (passphrase)
            return bad("the client certificate's private key is locked with a passphrase", key,
                       "tlm asks for none. `openssl pkey -in LOCKED -out OPEN` writes one without.");
        return bad(fmt::format("the file that {} names holds no private key in PEM",
                               apart ? "AGAMEMNON_CLIENT_KEY" : "AGAMEMNON_CLIENT_CERT"),
                   key,
                   apart ? "It holds a block from BEGIN PRIVATE KEY to END PRIVATE KEY."
                         : "Where the key has a file of its own, AGAMEMNON_CLIENT_KEY names it.");
    }
    if (SSL_CTX_check_private_key(context) == 1) return success();
    return bad("the private key does not belong to the certificate that AGAMEMNON_CLIENT_CERT names", key,
               "Name the key that the certificate was made for.");
}

}  // namespace

Result<void> check_tls_files(const TlsFiles& files) {
    BOOST_OUTCOME_TRYV(readable("AGAMEMNON_CA_CERT", files.ca_cert));
    BOOST_OUTCOME_TRYV(readable("AGAMEMNON_CLIENT_CERT", files.client_cert));
    BOOST_OUTCOME_TRYV(readable("AGAMEMNON_CLIENT_KEY", files.client_key));
    const SslContext context(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
    if (context == nullptr) return fail(ErrorCode::internal, "OpenSSL can't be set up");
    BOOST_OUTCOME_TRYV(check_ca(context.get(), files.ca_cert));
    return check_client(context.get(), files);
}

}  // namespace tlm
