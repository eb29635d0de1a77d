#include "engine/base/sha256.h"

#include <openssl/evp.h>

#include <array>
#include <cstdlib>
#include <memory>

namespace tlm {
namespace {

using Digest = std::array<unsigned char, 32>;

using Context = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;

Digest sha256(std::string_view bytes) {
    // One for each thread, and the algorithm fetched once: a key is hashed for every resource, and setting a
    // context up costs three times what hashing one does.
    static EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    thread_local const Context context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    Digest digest{};
    unsigned int size = 0;
    // Fails only where memory or OpenSSL's default provider is missing; a wrong key would be worse than the
    // end.
    if (EVP_DigestInit_ex2(context.get(), algorithm, nullptr) != 1 ||
        EVP_DigestUpdate(context.get(), bytes.data(), bytes.size()) != 1 ||
        EVP_DigestFinal_ex(context.get(), digest.data(), &size) != 1 || size != digest.size()) {
        std::abort();
    }
    return digest;
}

}  // namespace

void append_sha256_hex(std::string_view bytes, std::size_t digits, std::string& text) {
    constexpr std::string_view kHex = "0123456789abcdef";
    const Digest digest = sha256(bytes);
    for (std::size_t i = 0; i < digits / 2; ++i) {
        text += kHex[digest[i] >> 4U];
        text += kHex[digest[i] & 0xFU];
    }
}

std::string sha256_hex(std::string_view bytes) {
    std::string text;
    text.reserve(std::size_t{64});
    append_sha256_hex(bytes, 64, text);
    return text;
}

std::string sha256_base64(std::string_view bytes) {
    const Digest digest = sha256(bytes);
    std::array<unsigned char, 45> text{};  // 44, and OpenSSL's terminator
    EVP_EncodeBlock(text.data(), digest.data(), static_cast<int>(digest.size()));
    return {text.begin(), text.end() - 1};
}

}  // namespace tlm
