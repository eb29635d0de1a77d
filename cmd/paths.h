#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace tlm::cmd {

// The descriptor that a path stands for: `/dev/fd/N`, `/proc/self/fd/N`, `/dev/stdin`, `/dev/stdout`,
// `/dev/stderr`, and
// `-`, which stands for `dash`.
[[nodiscard]] std::optional<int> descriptor_number(std::string_view path, int dash);

// Whether a path without links lies below a directory, whose links are resolved.
[[nodiscard]] bool is_below(const std::filesystem::path& resolved, const std::filesystem::path& directory);

// Refuses a path that seems to be below the working directory and is not, because a directory on its way is a
// link: a checkout could hold one. Errors: bad_input.
[[nodiscard]] Result<void> check_stays_below(const std::string& path);

}  // namespace tlm::cmd
