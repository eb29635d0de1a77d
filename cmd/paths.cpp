#include "cmd/paths.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>

namespace tlm::cmd {

namespace fs = std::filesystem;

std::optional<int> descriptor_number(std::string_view path, int dash) {
    if (path == "-") return dash;
    if (path == "/dev/stdin") return STDIN_FILENO;
    if (path == "/dev/stdout") return STDOUT_FILENO;
    if (path == "/dev/stderr") return STDERR_FILENO;
    for (const std::string_view directory : {"/dev/fd/", "/proc/self/fd/"}) {
        if (!path.starts_with(directory)) continue;
        const std::string_view digits = path.substr(directory.size());
        int number = 0;
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
        if (error == std::errc() && end == digits.data() + digits.size()) return number;
    }
    return std::nullopt;
}

bool is_below(const fs::path& resolved, const fs::path& directory) {
    std::error_code error;
    const fs::path base = fs::canonical(directory, error);
    if (error) return false;
    const auto [end, rest] = std::ranges::mismatch(base, resolved);
    return end == base.end() && rest != resolved.end();
}

Result<void> check_stays_below(const std::string& path) {
    const fs::path named(path);
    // An absolute path and one that leads upwards are meant as they are.
    if (named.empty() || named.is_absolute() || *named.lexically_normal().begin() == "..") return success();
    std::error_code error;
    const fs::path place = fs::weakly_canonical(fs::absolute("." / named.parent_path(), error), error);
    if (error || place == fs::canonical(".", error) || is_below(place, ".")) return success();
    return fail(
        ErrorCode::bad_input,
        fmt::format("its directory is a link that leads out of the working directory, to {}", place.string()),
        path, {fmt::format("Name the place itself if it is meant: {}", (place / named.filename()).string())});
}

}  // namespace tlm::cmd
