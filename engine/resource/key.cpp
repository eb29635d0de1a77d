#include "engine/resource/key.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/base/sha256.h"

namespace tlm {
namespace {

constexpr std::string_view kPrefix = "tlm-";
constexpr std::size_t kHashDigits = 16;
constexpr std::size_t kSuffixAt = kPrefix.size() + kHashDigits + 1;
constexpr std::size_t kMaxSuffix = 40;  // code points

bool is_safe(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.' || c == '-';
}

bool is_hash_digit(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

// The byte begins a UTF-8 code point (it is not a continuation byte).
bool begins_code_point(char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
}

void append_hash_digits(std::string_view workflow, std::string_view resource, std::string& out) {
    fmt::memory_buffer text;
    text.append(workflow);
    text.push_back('|');
    text.append(resource);
    append_sha256_hex({text.data(), text.size()}, kHashDigits, out);
}

// Each unsafe code point becomes one `-`, whatever its length in bytes.
void append_safe_suffix(std::string_view name, std::string& out) {
    std::size_t size = 0;
    for (const char c : name) {
        if (!begins_code_point(c)) continue;
        if (size++ == kMaxSuffix) break;
        out += is_safe(c) ? c : '-';
    }
}

}  // namespace

Key Key::derive(std::string_view workflow, std::string_view resource) {
    std::string text(kPrefix);
    text.reserve(kSuffixAt + std::min(resource.size(), kMaxSuffix));
    append_hash_digits(workflow, resource, text);
    text += '-';
    append_safe_suffix(resource, text);
    return Key(std::move(text));
}

bool Key::is_key(std::string_view live_name) {
    if (live_name.size() < kSuffixAt || !live_name.starts_with(kPrefix)) return false;
    const std::string_view digits = live_name.substr(kPrefix.size(), kHashDigits);
    const std::string_view suffix = live_name.substr(kSuffixAt);
    return live_name[kSuffixAt - 1] == '-' && std::ranges::all_of(digits, is_hash_digit) &&
           suffix.size() <= kMaxSuffix && std::ranges::all_of(suffix, is_safe);
}

std::optional<Key> Key::recognise(std::string_view live_name) {
    if (!is_key(live_name)) return std::nullopt;
    return Key(std::string(live_name));
}

std::string_view Key::suffix() const {
    return std::string_view(text_).substr(kSuffixAt);
}

bool Key::proves_owner(std::string_view workflow) const {
    std::string digits;
    append_hash_digits(workflow, suffix(), digits);
    return digits == std::string_view(text_).substr(kPrefix.size(), kHashDigits);
}

}  // namespace tlm
