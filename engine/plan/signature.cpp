#include "engine/plan/signature.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <algorithm>
#include <charconv>
#include <memory>

#include "engine/base/sha256.h"
#include "engine/base/utc_time.h"

namespace tlm {
namespace {

constexpr std::string_view kFormat1 = "tlm-signature/1";
constexpr std::string_view kFormat2 = "tlm-signature/2";
constexpr std::size_t kRawKeySize = 32;
constexpr std::size_t kSignatureSize = 64;

template <auto Free>
struct Freed {
    template <typename T>
    void operator()(T* pointer) const {
        Free(pointer);
    }
};
using KeyHandle = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using BioHandle = std::unique_ptr<BIO, Freed<BIO_free_all>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, Freed<EVP_MD_CTX_free>>;

const unsigned char* bytes_of(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* bytes_of(std::string& text) {
    return reinterpret_cast<unsigned char*>(text.data());
}

// Without it OpenSSL asks for a passphrase on the terminal, and waits there for ever.
int no_passphrase(char*, int, int, void*) {
    return 0;
}

BioHandle reading(std::string_view text) {
    return BioHandle(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

std::string written(BIO* bio) {
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio, &data);
    return {data, static_cast<std::size_t>(std::max(size, 0L))};
}

bool is_ed25519(const KeyHandle& key) {
    return EVP_PKEY_base_id(key.get()) == EVP_PKEY_ED25519;
}

Error bad_key(std::string what, const std::string& name) {
    // What OpenSSL has to say is of its own inner parts.
    ERR_clear_error();
    return fail(ErrorCode::bad_input, std::move(what), name,
                {"`tlm keygen --out NAME` makes NAME.key, to sign with, and NAME.pub, to check with."});
}

std::string message_1(const std::string& digest) {
    return fmt::format("{}\n{}\n", kFormat1, digest);
}

std::string message_2(const SignatureTerms& terms, const std::string& key_id) {
    std::string text =
        fmt::format("{}\ndigest {}\ntarget {}\nissued-at {}\nnot-after {}\n", kFormat2, terms.digest,
                    terms.target, utc_text(terms.issued_at), utc_text(terms.not_after));
    if (!terms.lineage.empty()) text += fmt::format("lineage {}\nserial {}\n", terms.lineage, terms.serial);
    return text + fmt::format("key {}\n", key_id);
}

std::string to_base64(std::string_view bytes) {
    std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
    const int size = EVP_EncodeBlock(bytes_of(text), bytes_of(bytes), static_cast<int>(bytes.size()));
    text.resize(static_cast<std::size_t>(size));
    return text;
}

// Empty where it is none. The padding counts as bytes.
std::string from_base64(std::string_view text) {
    std::string bytes(text.size(), '\0');
    const int size = EVP_DecodeBlock(bytes_of(bytes), bytes_of(text), static_cast<int>(text.size()));
    bytes.resize(static_cast<std::size_t>(std::max(size, 0)));
    return bytes;
}

Result<KeyHandle> read_private(const Secret& pem, const std::string& name) {
    const std::string& text = pem.reveal();
    KeyHandle key(PEM_read_bio_PrivateKey(reading(text).get(), nullptr, no_passphrase, nullptr));
    if (key == nullptr) {
        if (text.find("ENCRYPTED") != std::string::npos) {
            ERR_clear_error();
            return fail(ErrorCode::bad_input,
                        "the private key is encrypted, and tlm never asks for a passphrase", name,
                        {"`openssl pkey -in FILE -out PLAIN.key` takes the passphrase away."});
        }
        if (text.find("PUBLIC KEY") != std::string::npos)
            return bad_key("this is a public key, and a private one is needed to sign", name);
        return bad_key("this is no private key in PEM", name);
    }
    if (!is_ed25519(key)) return bad_key("this is a private key of another kind than Ed25519", name);
    return key;
}

Result<TrustedKey> public_half(const KeyHandle& key, const std::string& name) {
    const BioHandle open(BIO_new(BIO_s_mem()));
    if (open == nullptr || PEM_write_bio_PUBKEY(open.get(), key.get()) != 1)
        return bad_key("this private key can't be used", name);
    return read_public_key(written(open.get()), name);
}

// The lines of a signature's file in their order.
class Lines {
  public:
    explicit Lines(std::string_view text) : rest_(text) {}
    // What follows the word on the next line, where that line begins with it; else nothing is taken.
    std::string_view after(std::string_view word) {
        if (!rest_.starts_with(word)) return {};
        const std::size_t end = rest_.find('\n');
        if (end == std::string_view::npos || end < word.size()) return {};
        const std::string_view value = rest_.substr(word.size(), end - word.size());
        rest_.remove_prefix(end + 1);
        return value;
    }

  private:
    std::string_view rest_;
};

// What of it is there. Whether the text was exactly that is found out by writing it again.
Signature parts_of(std::string_view text) {
    Lines lines(text);
    Signature signature;
    if (lines.after("tlm-signature/") == "2") {
        SignatureTerms& terms = signature.terms.emplace();
        terms.digest = lines.after("digest ");
        terms.target = lines.after("target ");
        terms.issued_at = read_utc_text(lines.after("issued-at ")).value_or(std::chrono::sys_seconds());
        terms.not_after = read_utc_text(lines.after("not-after ")).value_or(std::chrono::sys_seconds());
        terms.lineage = lines.after("lineage ");
        const std::string_view serial = lines.after("serial ");
        std::from_chars(serial.data(), serial.data() + serial.size(), terms.serial);
    }
    signature.key_id = lines.after("key ");
    signature.bytes = from_base64(lines.after("ed25519 "));
    signature.bytes.resize(std::min(signature.bytes.size(), kSignatureSize));
    return signature;
}

}  // namespace

Result<KeyPair> generate_key_pair() {
    const auto failed = [] {
        ERR_clear_error();
        return fail(ErrorCode::internal, "OpenSSL could not make a key");
    };
    const KeyHandle key(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
    if (key == nullptr) return failed();
    const BioHandle secret(BIO_new(BIO_s_secmem()));
    const BioHandle open(BIO_new(BIO_s_mem()));
    if (secret == nullptr || open == nullptr ||
        PEM_write_bio_PKCS8PrivateKey(secret.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1 ||
        PEM_write_bio_PUBKEY(open.get(), key.get()) != 1)
        return failed();
    return KeyPair{Secret(written(secret.get())), written(open.get())};
}

Result<TrustedKey> read_public_key(std::string_view pem, const std::string& name) {
    const KeyHandle key(PEM_read_bio_PUBKEY(reading(pem).get(), nullptr, no_passphrase, nullptr));
    if (key == nullptr) {
        return bad_key(pem.find("PRIVATE KEY") != std::string_view::npos
                           ? "this is a private key; signatures are checked with the public one"
                           : "this is no public key in PEM",
                       name);
    }
    if (!is_ed25519(key)) return bad_key("this is a public key of another kind than Ed25519", name);
    TrustedKey trusted;
    trusted.name = name;
    trusted.raw.resize(kRawKeySize);
    std::size_t size = kRawKeySize;
    unsigned char* der = nullptr;
    const int der_size = i2d_PUBKEY(key.get(), &der);
    if (der_size <= 0 || EVP_PKEY_get_raw_public_key(key.get(), bytes_of(trusted.raw), &size) != 1 ||
        size != kRawKeySize) {
        OPENSSL_free(der);
        return bad_key("this public key can't be used", name);
    }
    trusted.id =
        "sha256:" + sha256_hex({reinterpret_cast<const char*>(der), static_cast<std::size_t>(der_size)});
    OPENSSL_free(der);
    return trusted;
}

Result<TrustedKey> read_private_key(const Secret& private_pem, const std::string& name) {
    BOOST_OUTCOME_TRY(key, read_private(private_pem, name));
    return public_half(key, name);
}

Result<Signature> sign_terms(const SignatureTerms& terms, const Secret& private_pem,
                             const std::string& name) {
    for (const std::string* line : {&terms.digest, &terms.target, &terms.lineage}) {
        if (std::ranges::any_of(*line, [](unsigned char c) { return c < 0x20 || c == 0x7F; }))
            return fail(ErrorCode::bad_input,
                        "what is signed must be one line, and this has a control character in it", *line);
    }
    BOOST_OUTCOME_TRY(key, read_private(private_pem, name));
    BOOST_OUTCOME_TRY(own, public_half(key, name));
    Signature signature{std::move(own.id), std::string(kSignatureSize, '\0'), terms};
    const std::string message = message_2(terms, signature.key_id);
    std::size_t size = kSignatureSize;
    const DigestContext context(EVP_MD_CTX_new());
    if (EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()) != 1 ||
        EVP_DigestSign(context.get(), bytes_of(signature.bytes), &size, bytes_of(message), message.size()) !=
            1 ||
        size != kSignatureSize)
        return bad_key("OpenSSL could not sign with this key", name);
    return signature;
}

std::string signature_to_text(const Signature& signature) {
    const std::string head = signature.terms ? message_2(*signature.terms, signature.key_id)
                                             : fmt::format("{}\nkey {}\n", kFormat1, signature.key_id);
    return fmt::format("{}ed25519 {}\n", head, to_base64(signature.bytes));
}

Result<Signature> signature_from_text(std::string_view text, const std::string& name) {
    std::string lines(text);
    std::erase(lines, '\r');
    Signature signature = parts_of(lines);
    // Whatever is not exactly so was not written by tlm, or was altered.
    if (signature.bytes.size() == kSignatureSize && signature_to_text(signature) == lines) return signature;
    return fail(ErrorCode::conflict, "this is no signature of a plan, or it was altered", name,
                {"`tlm sign FILE --key KEY` writes FILE.sig beside FILE."});
}

const TrustedKey* signer_of(const std::string& digest, const Signature& signature,
                            const std::vector<TrustedKey>& trusted) {
    if (signature.terms && signature.terms->digest != digest) return nullptr;
    const std::string message =
        signature.terms ? message_2(*signature.terms, signature.key_id) : message_1(digest);
    const auto made_it = [&](const TrustedKey& candidate) {
        if (candidate.id != signature.key_id) return false;
        const KeyHandle key(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes_of(candidate.raw),
                                                        candidate.raw.size()));
        const DigestContext context(EVP_MD_CTX_new());
        const bool good = key != nullptr && context != nullptr &&
                          EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
                          EVP_DigestVerify(context.get(), bytes_of(signature.bytes), signature.bytes.size(),
                                           bytes_of(message), message.size()) == 1;
        ERR_clear_error();
        return good;
    };
    const auto at = std::ranges::find_if(trusted, made_it);
    return at == trusted.end() ? nullptr : &*at;
}

TermsFault check_terms(const SignatureTerms& terms, const SignatureUse& use) {
    if (terms.target != use.target) return TermsFault::other_target;
    if (terms.issued_at > use.now + kMostClockSkew) return TermsFault::not_yet_valid;
    if (use.now > terms.not_after) return TermsFault::expired;
    const bool both_known = !terms.lineage.empty() && !use.lineage.empty();
    return both_known && terms.lineage != use.lineage ? TermsFault::other_lineage : TermsFault::none;
}

}  // namespace tlm
