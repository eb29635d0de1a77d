#include "engine/base/json_text.h"

#include "engine/base/scan.h"

namespace tlm {
namespace {

constexpr auto kNeedsEscape = [](unsigned char c) { return (c < 0x20) | (c == '"') | (c == '\\'); };

void append_escape(std::string& out, char c) {
    constexpr std::string_view kHex = "0123456789ABCDEF";
    constexpr std::string_view kNamed = "\"\\\b\f\n\r\t";
    constexpr std::string_view kNames = "\"\\bfnrt";
    out += '\\';
    if (const std::size_t at = kNamed.find(c); at != std::string_view::npos) {
        out += kNames[at];
    } else {
        const auto byte = static_cast<unsigned char>(c);
        out.append("u00") += kHex[byte >> 4U];
        out += kHex[byte & 0xFU];
    }
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
    out += '"';
    while (true) {
        const std::size_t plain = plain_bytes(text, kNeedsEscape);
        out.append(text.substr(0, plain));
        if (plain == text.size()) break;
        append_escape(out, text[plain]);
        text.remove_prefix(plain + 1);
    }
    out += '"';
}

}  // namespace tlm
