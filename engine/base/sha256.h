#pragma once

#include <string>
#include <string_view>

namespace tlm {

// SHA-256 of the bytes as 64 lower-case hex digits.
[[nodiscard]] std::string sha256_hex(std::string_view bytes);
// The first `digits` (an even number) of them are appended to `text`.
void append_sha256_hex(std::string_view bytes, std::size_t digits, std::string& text);
// The same in base64, as a Content-Security-Policy wants it.
[[nodiscard]] std::string sha256_base64(std::string_view bytes);

}  // namespace tlm
