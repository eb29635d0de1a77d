#include "engine/resource/resource_id.h"

#include <cstdint>
#include <cstring>

namespace tlm {
namespace {

constexpr std::string_view kDigits = "0123456789abcdef";
constexpr std::size_t kSize = 36;
constexpr unsigned char kNoDigit = 0xFF;

constexpr bool is_dash(std::size_t at) {
    return at == 8 || at == 13 || at == 18 || at == 23;
}

constexpr std::array<unsigned char, 256> make_values() {
    std::array<unsigned char, 256> values{};
    values.fill(kNoDigit);
    for (std::size_t i = 0; i < kDigits.size(); ++i)
        values[static_cast<unsigned char>(kDigits[i])] = static_cast<unsigned char>(i);
    return values;
}
constexpr std::array<unsigned char, 256> kValues = make_values();

}  // namespace

std::optional<UuidForm::Packed> UuidForm::pack(std::string_view text) {
    if (text.size() != kSize) return std::nullopt;
    Packed uuid{};
    std::size_t byte = 0;
    for (std::size_t at = 0; at < kSize;) {
        if (is_dash(at)) {
            if (text[at++] != '-') return std::nullopt;
            continue;
        }
        const unsigned char high = kValues[static_cast<unsigned char>(text[at])];
        const unsigned char low = kValues[static_cast<unsigned char>(text[at + 1])];
        if (high == kNoDigit || low == kNoDigit) return std::nullopt;
        uuid[byte++] = static_cast<unsigned char>(high << 4U | low);
        at += 2;
    }
    return uuid;
}

std::string UuidForm::text(const Packed& uuid) {
    std::string text(kSize, '-');
    std::size_t at = 0;
    for (const unsigned char byte : uuid) {
        if (is_dash(at)) ++at;
        text[at++] = kDigits[byte >> 4U];
        text[at++] = kDigits[byte & 0xFU];
    }
    return text;
}

std::size_t UuidForm::hash(const Packed& uuid) noexcept {
    std::array<std::uint64_t, 2> halves{};
    std::memcpy(halves.data(), uuid.data(), sizeof halves);
    return mixed_hash(halves[0], halves[1]);
}

}  // namespace tlm
