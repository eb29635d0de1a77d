#include "engine/base/sha256.h"

#include <openssl/evp.h>

#include <array>
#include <cstdlib>

namespace tlm {
namespace {

using Digest = std::array<unsigned char, 32>;

Digest sha256(std::string_view bytes) {
    Digest digest{};
    unsigned int size = 0;
    // Fails only where memory or OpenSSL's default provider is missing; a wrong key would be worse than the
    // end.
    if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1 ||
        size != digest.size()) {
        std::abort();
    }
    return digest;
}

}  // namespace

std::string sha256_hex(std::string_view bytes) {
    constexpr std::string_view kHex = "0123456789abcdef";
    std::string text;
    text.reserve(std::size_t{64});
    for (const unsigned char byte : sha256(bytes)) {
        text += kHex[byte >> 4U];
        text += kHex[byte & 0xFU];
    }
    return text;
}

std::string sha256_base64(std::string_view bytes) {
    const Digest digest = sha256(bytes);
    std::array<unsigned char, 45> text{};  // 44, and OpenSSL's terminator
    EVP_EncodeBlock(text.data(), digest.data(), static_cast<int>(digest.size()));
    return {text.begin(), text.end() - 1};
}

}  // namespace tlm
