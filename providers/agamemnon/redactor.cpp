#include "providers/agamemnon/redactor.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/base/text.h"
#include "providers/agamemnon/transfers.h"

namespace tlm::agamemnon {
namespace {

constexpr std::string_view kInstead = "[AGAMEMNON_API_KEY]";
constexpr std::size_t kLongestCharacter = 4;  // bytes

// The text with each character that stands in `from` replaced; `with` makes the replacement.
template <typename With>
std::string replaced(const std::string& text, std::string_view from, With with) {
    std::string result;
    for (const char c : text) {
        if (from.find(c) == std::string_view::npos) {
            result += c;
        } else {
            result += with(c);
        }
    }
    return result;
}

std::string html_entity(char c) {
    switch (c) {
        case '&':
            return "&amp;";
        case '<':
            return "&lt;";
        case '>':
            return "&gt;";
        case '"':
            return "&quot;";
        default:
            return "&#39;";
    }
}

}  // namespace

Redactor::Redactor(const Secret& key) {
    if (key.empty()) return;
    const auto backslash = [](char c) { return std::string{'\\', c}; };
    const auto unicode = [](char c) { return fmt::format("\\u{:04x}", static_cast<unsigned char>(c)); };
    const std::string& text = key.reveal();
    const std::string json = replaced(text, "\"\\", backslash);
    for (const std::string& form :
         {text, json, replaced(text, "\"\\/", backslash), replaced(json, "<>&", unicode),
          replaced(text, "&<>\"'", html_entity), path_segment(text).value_or(text)}) {
        const bool known =
            std::ranges::any_of(forms_, [&](const Secret& other) { return other.reveal() == form; });
        if (!known) forms_.emplace_back(form);
    }
}

std::string Redactor::operator()(std::string text, std::size_t most) const {
    for (const Secret& form : forms_) {
        const std::string& key = form.reveal();
        std::string result;
        std::size_t from = 0;
        for (std::size_t at = 0; (at = text.find(key, from)) != std::string::npos; from = at + key.size()) {
            result.append(text, from, at - from).append(kInstead);
            // More than is shown anyway.
            if (result.size() > most) break;
        }
        if (from > 0 || !result.empty()) {
            if (result.size() <= most) result.append(text, from);
            text = std::move(result);
        }
    }
    // Escaping makes nothing shorter, so that more than this is never kept.
    if (text.size() > most + kLongestCharacter) text.resize(most + kLongestCharacter);
    text = visible(text);
    if (text.size() <= most) return text;
    std::size_t end = most;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U)
        --end;
    return text.substr(0, end) + "…";
}

}  // namespace tlm::agamemnon
