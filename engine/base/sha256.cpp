#include "engine/base/sha256.h"

#include <openssl/evp.h>

#include <array>
#include <cstdlib>

namespace tlm {
namespace {

using Digest = std::array<unsigned char, 32>;

// Fails only where memory or OpenSSL's default provider is missing; a wrong key would be worse than the end.
void must(bool done) {
    if (!done) std::abort();
}

void begin(EVP_MD_CTX* context) {
    // Fetched once: that costs more than hashing a key does.
    static EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    must(EVP_DigestInit_ex2(context, algorithm, nullptr) == 1);
}

void add(EVP_MD_CTX* context, std::string_view bytes) {
    must(EVP_DigestUpdate(context, bytes.data(), bytes.size()) == 1);
}

Digest end(EVP_MD_CTX* context) {
    Digest digest{};
    unsigned int size = 0;
    must(EVP_DigestFinal_ex(context, digest.data(), &size) == 1 && size == digest.size());
    return digest;
}

Digest sha256(std::string_view bytes) {
    using Context = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;
    // One for each thread: a key is hashed for every resource, and setting a context up costs three times
    // what hashing one does.
    thread_local const Context context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    begin(context.get());
    add(context.get(), bytes);
    return end(context.get());
}

void append_hex(const Digest& digest, std::size_t digits, std::string& text) {
    constexpr std::string_view kHex = "0123456789abcdef";
    for (std::size_t i = 0; i < digits / 2; ++i) {
        text += kHex[digest[i] >> 4U];
        text += kHex[digest[i] & 0xFU];
    }
}

std::string hex_of(const Digest& digest) {
    std::string text;
    text.reserve(std::size_t{64});
    append_hex(digest, 64, text);
    return text;
}

}  // namespace

void append_sha256_hex(std::string_view bytes, std::size_t digits, std::string& text) {
    append_hex(sha256(bytes), digits, text);
}

std::string sha256_hex(std::string_view bytes) {
    return hex_of(sha256(bytes));
}

std::string sha256_base64(std::string_view bytes) {
    const Digest digest = sha256(bytes);
    std::array<unsigned char, 45> text{};  // 44, and OpenSSL's terminator
    EVP_EncodeBlock(text.data(), digest.data(), static_cast<int>(digest.size()));
    return {text.begin(), text.end() - 1};
}

void Sha256::Free::operator()(evp_md_ctx_st* context) const {
    EVP_MD_CTX_free(context);
}

Sha256::Sha256() : context_(EVP_MD_CTX_new()) {
    begin(context_.get());
}

void Sha256::add(std::string_view bytes) {
    tlm::add(context_.get(), bytes);
}

std::string Sha256::hex() {
    return hex_of(end(context_.get()));
}

bool is_sha256(std::string_view text) {
    constexpr std::string_view kPrefix = "sha256:";
    constexpr std::size_t kDigits = 64;
    return text.starts_with(kPrefix) && text.size() == kPrefix.size() + kDigits &&
           text.find_first_not_of("0123456789abcdef", kPrefix.size()) == std::string_view::npos;
}

}  // namespace tlm
