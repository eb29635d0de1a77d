#include "cmd/workflow_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

namespace tlm::cmd {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kMostBytes = std::uintmax_t{1} << 30U;  // a gigabyte is a mistake, not a workflow

bool is_workflow_file(const fs::path& path) {
    const std::string extension = path.extension().string();
    const bool hidden = path.filename().string().starts_with(".");
    return !hidden && (extension == ".yaml" || extension == ".yml" || extension == ".json");
}

Result<Source> read_file(const std::string& path, bool named) {
    std::error_code error;
    if (!named && fs::exists(path, error) && !fs::is_regular_file(path, error))
        return fail(ErrorCode::bad_input, "this is no file", path,
                    {"Move it out of the directory of workflows."});
    if (const auto size = fs::file_size(path, error); !error && size > kMostBytes) {
        return fail(ErrorCode::bad_input, "the file is larger than 1 GiB", path);
    }
    std::ifstream file(path, std::ios::binary);
    if (!file)
        return fail(ErrorCode::bad_input, fmt::format("can't open the file: {}", std::strerror(errno)), path,
                    {"Check the path and the permissions; without a path, `workflows/` is read."});
    Source source{path, {}};
    std::array<char, std::size_t{64} * 1024> part{};
    while (file.read(part.data(), part.size()) || file.gcount() > 0)
        source.text.append(part.data(), static_cast<std::size_t>(file.gcount()));
    if (file.bad()) return fail(ErrorCode::bad_input, "the file can't be read to its end", path);
    return source;
}

// A file that is named twice is read once.
void forget_repeated(std::vector<std::string>& paths) {
    std::set<fs::path> seen;
    std::erase_if(paths, [&](const std::string& path) {
        std::error_code error;
        const fs::path canonical = fs::weakly_canonical(path, error);
        return !error && !seen.insert(canonical).second;
    });
}

}  // namespace

Result<std::vector<std::string>> workflow_files_in(const std::string& directory) {
    std::error_code error;
    std::vector<std::string> files;
    for (fs::directory_iterator at(directory, error), end; !error && at != end; at.increment(error)) {
        std::error_code ignored;
        // What is no file, or a link to nothing, is an error when it is read: left out, its fleet would be
        // orphans.
        if (is_workflow_file(at->path()) && !at->is_directory(ignored)) files.push_back(at->path().string());
    }
    if (error) {
        return fail(ErrorCode::bad_input, fmt::format("can't read the workflows here: {}", error.message()),
                    directory,
                    {"Name the workflow files, or the directory with --workflows DIR (or WORKFLOWS_DIR)."});
    }
    if (files.empty()) {
        return fail(ErrorCode::not_found, "there is no *.yaml, *.yml or *.json in this directory", directory,
                    {"Name the workflow files, or the directory with --workflows DIR (or WORKFLOWS_DIR)."});
    }
    std::ranges::sort(files);
    return files;
}

Result<std::vector<Source>> read_workflow_files(const std::vector<std::string>& named,
                                                const std::string& directory) {
    std::vector<std::string> paths;
    if (named.empty()) {
        BOOST_OUTCOME_TRY(found, workflow_files_in(directory));
        paths = std::move(found);
    }
    for (const std::string& name : named) {
        std::error_code ignored;
        if (fs::is_directory(name, ignored)) {
            BOOST_OUTCOME_TRY(found, workflow_files_in(name));
            paths.insert(paths.end(), found.begin(), found.end());
        } else {
            paths.push_back(name);
        }
    }
    forget_repeated(paths);
    std::vector<Source> sources;
    for (const std::string& path : paths) {
        BOOST_OUTCOME_TRY(source, read_file(path, !named.empty()));
        sources.push_back(std::move(source));
    }
    return sources;
}

}  // namespace tlm::cmd
