#include "cmd/plan_input.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "engine/plan/plan_file.h"

namespace tlm::cmd {
namespace {

Result<std::string> read_text(const std::string& path) {
    std::error_code ignored;
    if (std::filesystem::is_directory(path, ignored)) {
        return fail(ErrorCode::bad_input, "this is a directory, not a plan file", path);
    }
    std::ifstream file(path, std::ios::binary);
    if (!file)
        return fail(ErrorCode::bad_input, fmt::format("can't open the file: {}", std::strerror(errno)), path,
                    {"Check the path; `tlm plan --out FILE` writes a plan."});
    std::string text{std::istreambuf_iterator<char>(file), {}};
    if (file.bad()) return fail(ErrorCode::bad_input, "the file can't be read to its end", path);
    return text;
}

}  // namespace

// The first member of a plan file is its format, so that its beginning tells. A workflow has no such member.
bool looks_like_plan(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::string begin(256, '\0');
    file.read(begin.data(), static_cast<std::streamsize>(begin.size()));
    return begin.find("\"format\"") != std::string::npos && begin.find("tlm-plan/") != std::string::npos;
}

Result<Plan> read_plan_file(const std::string& path) {
    BOOST_OUTCOME_TRY(text, read_text(path));
    return plan_from_text(text, path);
}

Result<std::optional<Plan>> plan_input(const Options& options) {
    bool any = false;
    for (const std::string& path : options.positional)
        any = any || looks_like_plan(path);
    if (!any) return std::optional<Plan>();
    if (options.positional.size() > 1) {
        return fail(ErrorCode::bad_input, "a plan file is applied by itself, not beside other files",
                    options.positional.front());
    }
    BOOST_OUTCOME_TRY(plan, read_plan_file(options.positional.front()));
    return std::optional<Plan>(std::move(plan));
}

}  // namespace tlm::cmd
