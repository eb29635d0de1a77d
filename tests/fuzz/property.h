#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace tlm::fuzz {

// Ends the program where a property does not hold, so that the input counts as a crash.
inline void require(bool holds, std::string_view property, std::string_view detail = {}) {
    if (holds) return;
    std::fprintf(stderr, "property does not hold: %.*s\n%.*s\n", static_cast<int>(property.size()),
                 property.data(), static_cast<int>(detail.size()), detail.data());
    std::abort();
}

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
    return size == 0 ? std::string_view("") : std::string_view(reinterpret_cast<const char*>(data), size);
}

// No mutation of a plan's text hits upon a digest, so the one that the reader's error names is put in.
inline std::string with_digest(std::string_view text, const std::string& message) {
    constexpr std::string_view kDigest = "sha256:";
    constexpr std::size_t kDigestSize = kDigest.size() + 64;
    std::string result(text);
    const std::size_t right = message.find(kDigest);
    const std::size_t written = result.find("\"" + std::string(kDigest));
    if (right == std::string::npos || written == std::string::npos) return result;
    const std::size_t end = std::min(result.find('"', written + 1), result.size());
    result.replace(written + 1, end - written - 1, message.substr(right, kDigestSize));
    return result;
}

// The parts between lines that hold nothing but `====`: one input stands for several files or answers.
inline std::vector<std::string> parts_of(std::string_view text) {
    constexpr std::string_view kBetween = "\n====\n";
    std::vector<std::string> parts;
    for (std::size_t at = text.find(kBetween); at != std::string_view::npos; at = text.find(kBetween)) {
        parts.emplace_back(text.substr(0, at));
        text.remove_prefix(at + kBetween.size());
    }
    parts.emplace_back(text);
    return parts;
}

}  // namespace tlm::fuzz
