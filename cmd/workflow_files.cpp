#include "cmd/workflow_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "cmd/paths.h"
#include "cmd/text_file.h"

namespace tlm::cmd {
namespace {

namespace fs = std::filesystem;

bool is_workflow_file(const fs::path& path) {
    const std::string extension = path.extension().string();
    const bool hidden = path.filename().string().starts_with(".");
    return !hidden && (extension == ".yaml" || extension == ".yml" || extension == ".json");
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

Result<std::vector<Source>> read_workflow_files(Inputs& inputs, const std::vector<std::string>& named,
                                                const Settings& settings) {
    std::vector<std::string> found;
    std::vector<std::string> paths = named;
    if (named.empty()) {
        BOOST_OUTCOME_TRYV(check_stays_below(settings.workflows_dir + "/*.yaml"));
        BOOST_OUTCOME_TRY(files, workflow_files_in(settings.workflows_dir));
        found = std::move(files);
        paths = found;
    }
    for (const std::string& name : named) {
        std::error_code ignored;
        if (!fs::is_directory(name, ignored)) continue;
        BOOST_OUTCOME_TRYV(check_stays_below(name + "/*.yaml"));
        BOOST_OUTCOME_TRY(files, workflow_files_in(name));
        const auto at = std::ranges::find(paths, name);
        paths.insert(paths.erase(at), files.begin(), files.end());
        found.insert(found.end(), files.begin(), files.end());
    }
    forget_repeated(paths);
    const std::set<std::string> in_directories(found.begin(), found.end());
    std::vector<Source> sources;
    for (const std::string& path : paths) {
        const bool by_name = !in_directories.contains(path) || std::ranges::find(named, path) != named.end();
        BOOST_OUTCOME_TRY(file, by_name
                                    ? inputs.take(path, "workflow file")
                                    : read_input_file(path, "workflow file", kMostInputBytes, Origin::found));
        sources.push_back({path, std::move(file.text), file.quotable});
    }
    return sources;
}

}  // namespace tlm::cmd
