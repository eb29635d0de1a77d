#include "engine/base/redaction.h"

#include <fmt/format.h>

#include <algorithm>

namespace tlm {
namespace {

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

// As in a URL, where all but the unreserved characters of RFC 3986 are encoded.
std::string percent_encoded(const std::string& text) {
    std::string result;
    for (const char c : text) {
        const bool unreserved = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                                c == '-' || c == '.' || c == '_' || c == '~';
        result += unreserved ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return result;
}

constexpr std::string_view kEllipsis = "…";

struct Part {
    std::size_t begin = 0;
    std::size_t size = 0;  // 0: there is none
};

// The beginning of the secret before an ellipsis, or its end behind one: what is left of it where a long
// value was cut.
Part find_cut(std::string_view text, std::string_view secret, std::size_t from) {
    constexpr std::size_t kShortest = 4;  // fewer characters tell nothing, and may stand there by chance
    for (std::size_t at = from; (at = text.find(kEllipsis, at)) != std::string_view::npos;
         at += kEllipsis.size()) {
        // A blank may stand between.
        const std::size_t end = at > from && text[at - 1] == ' ' ? at - 1 : at;
        std::size_t begin = at + kEllipsis.size();
        if (begin < text.size() && text[begin] == ' ') ++begin;
        const std::string_view before = text.substr(from, end - from);
        const std::string_view after = text.substr(begin, secret.size());
        for (std::size_t size = secret.size() - 1; size >= kShortest && size < secret.size(); --size) {
            if (before.ends_with(secret.substr(0, size))) return {end - size, size};
            if (after.starts_with(secret.substr(secret.size() - size))) return {begin, size};
        }
    }
    return {};
}

}  // namespace

Redaction::Redaction(const Secret& secret, std::string instead) : instead_(std::move(instead)) {
    if (secret.empty()) return;
    const auto backslash = [](char c) { return std::string{'\\', c}; };
    const auto unicode = [](char c) { return fmt::format("\\u{:04x}", static_cast<unsigned char>(c)); };
    const std::string& text = secret.reveal();
    const std::string json = replaced(text, "\"\\", backslash);
    for (const std::string& form :
         {text, json, replaced(text, "\"\\/", backslash), replaced(json, "<>&", unicode),
          replaced(text, "&<>\"'", html_entity), percent_encoded(text)}) {
        const bool known =
            std::ranges::any_of(forms_, [&](const Secret& other) { return other.reveal() == form; });
        if (!known) forms_.emplace_back(form);
    }
}

bool Redaction::finds_in(std::string_view text) const {
    return std::ranges::any_of(forms_, [&](const Secret& form) {
        return text.find(form.reveal()) != std::string_view::npos ||
               find_cut(text, form.reveal(), 0).size > 0;
    });
}

std::string Redaction::operator()(std::string text, std::size_t most) const {
    for (const Secret& form : forms_) {
        const std::string& secret = form.reveal();
        std::string result;
        std::size_t from = 0;
        for (std::size_t at = 0; (at = text.find(secret, from)) != std::string::npos;
             from = at + secret.size()) {
            result.append(text, from, at - from).append(instead_);
            // More than is shown anyway.
            if (result.size() > most) break;
        }
        if (from > 0 || !result.empty()) {
            if (result.size() <= most) result.append(text, from);
            text = std::move(result);
        }
        for (Part cut; (cut = find_cut(text, secret, cut.begin)).size > 0; cut.begin += instead_.size())
            text.replace(cut.begin, cut.size, instead_);
    }
    return text;
}

}  // namespace tlm
