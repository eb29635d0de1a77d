#pragma once

#include <memory>
#include <string>
#include <string_view>

struct evp_md_ctx_st;  // OpenSSL's

namespace tlm {

// SHA-256 of the bytes as 64 lower-case hex digits.
[[nodiscard]] std::string sha256_hex(std::string_view bytes);
// The first `digits` (an even number) of them are appended to `text`.
void append_sha256_hex(std::string_view bytes, std::size_t digits, std::string& text);
// The same in base64, as a Content-Security-Policy wants it.
[[nodiscard]] std::string sha256_base64(std::string_view bytes);

// SHA-256 of what is given piece by piece.
class Sha256 {
  public:
    Sha256();
    void add(std::string_view bytes);
    // As sha256_hex() of all pieces together; nothing can be added any more.
    [[nodiscard]] std::string hex();

  private:
    struct Free {
        void operator()(evp_md_ctx_st* context) const;
    };
    std::unique_ptr<evp_md_ctx_st, Free> context_;
};

// Whether the string is `sha256:` and 64 hex digits in lower case: a plan's digest, or a key's fingerprint.
[[nodiscard]] bool is_sha256(std::string_view text);

}  // namespace tlm
