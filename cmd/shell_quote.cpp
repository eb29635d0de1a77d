#include "cmd/shell_quote.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <iterator>

#include "engine/base/text.h"

namespace tlm::cmd {
namespace {

bool is_plain(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
           std::string_view("_./:@%+=,-").find(c) != std::string_view::npos;
}

}  // namespace

std::string shell_quoted_path(std::string_view path) {
    std::string whole = (path.starts_with("-") ? "./" : "") + std::string(path);
    if (!whole.empty() && std::ranges::all_of(whole, is_plain)) return whole;
    if (visible(whole) != whole) {
        std::string quoted = "$'";
        for (const char c : whole) {
            if (is_plain(c) || c == ' ') {
                quoted += c;
            } else {
                // Octal takes three digits at most, so that what follows is not taken for a part of it.
                fmt::format_to(std::back_inserter(quoted), "\\{:03o}", static_cast<unsigned char>(c));
            }
        }
        return quoted + "'";
    }
    std::string quoted = "'";
    for (const char c : whole)
        quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return quoted + "'";
}

}  // namespace tlm::cmd
