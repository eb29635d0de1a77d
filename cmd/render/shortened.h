#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tlm::cmd {

// Nothing is cut without saying how much is missing, with a hash by which two values can be told apart whose
// shown parts are the same. All of these take text that `visible` has been through.

// 12 hex digits of the SHA-256 of the whole text.
[[nodiscard]] std::string short_hash(std::string_view whole);

// The text, or in about `most` bytes its beginning and what is missing: "Draw it…(+4410 bytes; sha256
// 0123456789ab)". The hash is that of the whole text. Never cut inside a character.
[[nodiscard]] std::string shortened(std::string_view text, std::size_t most);

// The same for a terminal, in about `width` columns (0: whole).
[[nodiscard]] std::string shortened_to(std::string_view text, std::size_t width);

// The beginning of the text, at most `most` bytes, never cut inside a character.
[[nodiscard]] std::string_view beginning(std::string_view text, std::size_t most);

}  // namespace tlm::cmd
