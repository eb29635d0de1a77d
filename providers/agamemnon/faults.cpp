#include "providers/agamemnon/faults.h"

#include <curl/curl.h>
#include <openssl/x509_vfy.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace tlm::agamemnon {
namespace {

constexpr std::string_view kTrust =
    "If you trust it, AGAMEMNON_CA_CERT (--ca-cert) names the file with the certificate that signed it.";

Fault server_certificate(long verified, const std::string& text) {
    const auto fault = [](std::string_view words, std::string_view next) {
        return Fault{std::string(words), std::string(next), true};
    };
    switch (verified) {
        case X509_V_ERR_CERT_HAS_EXPIRED:
            return fault("the server's certificate has expired",
                         "Have it renewed; or check this machine's clock.");
        case X509_V_ERR_CERT_NOT_YET_VALID:
            return fault("the server's certificate is not valid yet",
                         "Check this machine's clock, then the certificate.");
        case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
            return fault("the server's certificate is not trusted: it is self-signed", kTrust);
        case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
        case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
            return fault("the server's certificate is not trusted: nothing that is trusted here signed it",
                         kTrust);
        default:
            break;
    }
    if (text.find("subject name") != std::string::npos) {
        return fault("the server's certificate is for another host: " + text,
                     "Use a host name in AGAMEMNON_URL that the certificate names.");
    }
    return fault("the server's certificate is not trusted: " + text, kTrust);
}

// What the other side says when it ends a TLS connection. libcurl has no code for it, only OpenSSL's text.
struct Alert {
    std::string_view text;
    std::string_view words;
    std::string_view next;
};
constexpr std::string_view kShow =
    "AGAMEMNON_CLIENT_CERT and AGAMEMNON_CLIENT_KEY name what is shown to the server.";
constexpr std::string_view kNoTls =
    "Check the port. If the server has no TLS, write http://, which goes to this machine only, or with "
    "REQUIRE_TLS=false.";
constexpr std::array<Alert, 10> kAlerts{{
    {"alert certificate required", "the server asks for a client certificate, and none was shown", kShow},
    {"alert bad certificate", "the server does not take the client certificate", kShow},
    {"alert unsupported certificate", "the server does not take the client certificate", kShow},
    {"alert certificate revoked", "the server does not take the client certificate: it was revoked", kShow},
    {"alert certificate expired", "the server does not take the client certificate: it has expired", kShow},
    {"alert certificate unknown", "the server does not take the client certificate", kShow},
    {"alert unknown ca", "the server does not trust whoever signed the client certificate", kShow},
    {"alert access denied", "the server does not let the client certificate in", kShow},
    {"wrong version number", "the server does not speak TLS on this port", kNoTls},
    {"packet length too long", "the server does not speak TLS on this port", kNoTls},
}};

}  // namespace

Fault fault_of(int code, long verified, const std::string& text, bool https) {
    if (code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_ISSUER_ERROR)
        return server_certificate(verified, text);
    if (https) {
        const auto* alert = std::ranges::find_if(
            kAlerts, [&](const Alert& one) { return text.find(one.text) != std::string::npos; });
        if (alert != kAlerts.end()) return {std::string(alert->words), std::string(alert->next), true};
        // The files were read before; what is wrong with them now was not then.
        if (code == CURLE_SSL_CERTPROBLEM || code == CURLE_SSL_CACERT_BADFILE)
            return {text, std::string(kTrust) + " " + std::string(kShow), true};
    }
    if (code == CURLE_UNSUPPORTED_PROTOCOL || code == CURLE_WEIRD_SERVER_REPLY) {
        return {"the answer is not HTTP: " + text,
                https ? "Check the port." : "Check the port. If the server speaks TLS, write https://.",
                true};
    }
    if (code == CURLE_GOT_NOTHING && !https) {
        // Also what a server does that takes the request for the beginning of TLS. It may just be restarting.
        return {text, "Check that the server runs there. If it speaks TLS, write https://.", false};
    }
    return {text, {}, false};
}

}  // namespace tlm::agamemnon
