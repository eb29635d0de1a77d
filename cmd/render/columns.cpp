#include "cmd/render/columns.h"

#include <unilbrk.h>
#include <unistr.h>
#include <uniwidth.h>

#include <algorithm>

namespace tlm::cmd {
namespace {

constexpr const char* kEncoding = "UTF-8";
constexpr std::string_view kEllipsis = "…";

const std::uint8_t* bytes_of(std::string_view text) {
    return reinterpret_cast<const std::uint8_t*>(text.data());
}

struct Step {
    std::size_t bytes = 1;
    std::size_t columns = 0;
};

Step first_character(std::string_view text) {
    ucs4_t character = 0;
    const int bytes = u8_mbtouc(&character, bytes_of(text), text.size());
    return {static_cast<std::size_t>(std::max(bytes, 1)),
            static_cast<std::size_t>(std::max(uc_width(character, kEncoding), 0))};
}

}  // namespace

std::size_t columns(std::string_view text) {
    return static_cast<std::size_t>(std::max(u8_width(bytes_of(text), text.size(), kEncoding), 0));
}

std::string cut_to(std::string_view text, std::size_t width) {
    if (width == 0 || columns(text) <= width) return std::string(text);
    std::size_t end = 0;
    std::size_t used = 0;
    std::size_t word = 0;
    while (end < text.size()) {
        const Step step = first_character(text.substr(end));
        if (used + step.columns + 1 > width) break;
        // A cut at a word should not cost half of the line.
        if (text[end] == ' ' && used * 2 >= width) word = end;
        end += step.bytes;
        used += step.columns;
    }
    return std::string(text.substr(0, word > 0 ? word : end)).append(kEllipsis);
}

std::vector<std::string> wrap(std::string_view text, std::size_t width) {
    if (width == 0 || columns(text) <= width) return {std::string(text)};
    std::string breaks(text.size(), '\0');
    u8_width_linebreaks(bytes_of(text), text.size(), static_cast<int>(width), 0, 0, nullptr, kEncoding,
                        breaks.data());
    std::vector<std::string> lines(1);
    std::size_t used = 0;
    for (std::size_t at = 0; at < text.size();) {
        const Step step = first_character(text.substr(at));
        // The library lets spaces and words that are longer than a line stand out; here nothing does.
        const bool allowed = breaks[at] == UC_BREAK_POSSIBLE || breaks[at] == UC_BREAK_MANDATORY;
        if ((allowed || used + step.columns > width) && !lines.back().empty()) {
            lines.emplace_back();
            used = 0;
        }
        lines.back() += text.substr(at, step.bytes);
        used += step.columns;
        at += step.bytes;
    }
    return lines;
}

}  // namespace tlm::cmd
