#include "engine/plan/revocations.h"

#include <fmt/format.h>

#include "engine/base/sha256.h"

namespace tlm {

Result<std::vector<std::string>> read_revocations(std::string_view text, const std::string& name) {
    constexpr std::string_view kBlank = " \t\r";
    std::vector<std::string> entries;
    for (std::size_t number = 1; !text.empty(); ++number) {
        const std::size_t end = text.find('\n');
        std::string_view line = text.substr(0, end);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        line = line.substr(0, line.find('#'));
        const std::size_t first = line.find_first_not_of(kBlank);
        if (first == std::string_view::npos) continue;
        line = line.substr(first, line.find_last_not_of(kBlank) + 1 - first);
        if (!is_sha256(line)) {
            return fail(ErrorCode::bad_input,
                        "an entry must be sha256: and 64 hex digits in lower case: a key's fingerprint or a "
                        "plan's digest",
                        fmt::format("{}:{}", name, number),
                        {"`tlm keygen` and `tlm verify` print them; a comment begins with #."});
        }
        entries.emplace_back(line);
    }
    return entries;
}

}  // namespace tlm
