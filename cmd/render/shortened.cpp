#include "cmd/render/shortened.h"

#include <fmt/format.h>

#include <algorithm>

#include "cmd/render/columns.h"
#include "engine/base/sha256.h"

namespace tlm::cmd {
namespace {

constexpr std::size_t kLeast = 8;  // bytes or columns of the text that are shown in any case

std::string missing(std::string_view text, std::size_t shown) {
    return fmt::format("…(+{} bytes; sha256 {})", text.size() - shown, short_hash(text));
}

}  // namespace

std::string short_hash(std::string_view whole) {
    constexpr std::size_t kDigits = 12;
    return sha256_hex(whole).substr(0, kDigits);
}

std::string_view beginning(std::string_view text, std::size_t most) {
    if (text.size() <= most) return text;
    while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0U) == 0x80U)
        --most;
    return text.substr(0, most);
}

std::string shortened(std::string_view text, std::size_t most) {
    if (text.size() <= most) return std::string(text);
    const std::size_t suffix = missing(text, 0).size();
    const std::string_view shown = beginning(text, std::max(most, suffix + kLeast) - suffix);
    return std::string(shown) + missing(text, shown.size());
}

std::string shortened_to(std::string_view text, std::size_t width) {
    if (width == 0 || columns(text) <= width) return std::string(text);
    const std::size_t suffix = columns(missing(text, 0));
    const std::size_t room = std::max(width, suffix + kLeast) - suffix + 1;
    if (columns(text) <= room) return std::string(text);
    std::string shown = cut_to(text, room);
    shown.resize(shown.size() - std::string_view("…").size());
    return shown + missing(text, shown.size());
}

}  // namespace tlm::cmd
