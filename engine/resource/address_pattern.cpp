#include "engine/resource/address_pattern.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/base/shell_quote.h"
#include "engine/base/text.h"
#include "engine/resource/address.h"

namespace tlm {

std::string exact_pattern(std::string_view address) {
    std::string pattern;
    for (const char c : address) {
        if (c == '*' || c == '?' || c == '\\') pattern += '\\';
        pattern += c;
    }
    return pattern;
}

Result<void> check_unambiguous(const std::string& pattern, const std::vector<std::string>& existing,
                               std::string_view option) {
    if (std::ranges::find(existing, pattern) == existing.end()) return success();
    const auto other = std::ranges::find_if(existing, [&](const std::string& address) {
        return address != pattern && address_matches(pattern, address);
    });
    if (other == existing.end()) return success();
    // Without its meaning a `/` is still a `/`, and the whole is no address any more.
    std::string as_pattern = pattern;
    if (const std::size_t slash = pattern.find('/'); slash != std::string::npos)
        as_pattern.insert(slash, 1, '\\');
    return fail(ErrorCode::bad_input,
                fmt::format("{} `{}` is an address, and as a pattern it also matches `{}`", option,
                            visible(pattern), visible(*other)),
                {},
                {fmt::format("The one of this name: {}", shell_quoted(exact_pattern(pattern))),
                 fmt::format("All that match the pattern: {}", shell_quoted(as_pattern))});
}

}  // namespace tlm
