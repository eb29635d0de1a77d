#include "cmd/inputs.h"

#include <filesystem>

namespace tlm::cmd {

// The first field of a plan file is its format, so that its beginning tells. A workflow has no such field.
bool Inputs::holds_plan(const std::string& path) {
    std::error_code ignored;
    if (std::filesystem::is_directory(path, ignored)) return false;
    auto at = read_.find(path);
    if (at == read_.end())
        at = read_.emplace(path, read_input_file(path, "file", kMostInputBytes, Origin::named)).first;
    if (!at->second) return false;
    const std::string_view begin = std::string_view(at->second.value().text).substr(0, 256);
    return begin.find("\"format\"") != std::string_view::npos &&
           begin.find("tlm-plan/") != std::string_view::npos;
}

Result<TextFile> Inputs::take(const std::string& path, const std::string& what) {
    auto kept = read_.extract(path);
    if (!kept.empty()) return std::move(kept.mapped());
    return read_input_file(path, what, kMostInputBytes, Origin::named);
}

}  // namespace tlm::cmd
