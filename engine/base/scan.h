#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace tlm {

// How many bytes at the beginning of the text are not special. Sixteen of them are asked about together,
// which compilers turn into a few instructions for all sixteen: nearly all text has nothing special in it.
template <typename Special>
std::size_t plain_bytes(std::string_view text, Special special) {
    constexpr std::size_t kTogether = 16;
    std::size_t at = 0;
    for (; at + kTogether <= text.size(); at += kTogether) {
        unsigned char any = 0;
        for (std::size_t i = 0; i < kTogether; ++i)
            any |= static_cast<unsigned char>(special(static_cast<unsigned char>(text[at + i])));
        if (any != 0) break;
    }
    while (at < text.size() && !special(static_cast<unsigned char>(text[at])))
        ++at;
    return at;
}

}  // namespace tlm
