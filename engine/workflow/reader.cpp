#include "engine/workflow/reader.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/base/parallel.h"
#include "engine/workflow/checks.h"
#include "engine/workflow/diagnostics.h"
#include "engine/workflow/document.h"
#include "engine/workflow/schema.h"

namespace tlm {
namespace {

Document read_document(const Source& source, std::size_t file, Diagnostics& diagnostics) {
    if (source.text.size() > kMostBytes) {
        diagnostics.add({file, 1, 1}, fmt::format("the file has more than {} bytes", kMostBytes),
                        "Split the workflow.");
        return {};
    }
    if (source.name.ends_with(".json")) return read_json(source.text, file, diagnostics);
    return read_yaml(source.text, file, diagnostics);
}

// Where each part of the sources begins, and the last one ends: parts of about the same number of bytes.
std::vector<std::size_t> split_evenly(const std::vector<Source>& sources) {
    constexpr std::size_t kLeastBytes = std::size_t{128} * 1024;
    std::size_t all = 0;
    for (const Source& source : sources)
        all += source.text.size();
    const std::size_t parts = std::min(worthwhile_parts(all, kLeastBytes), sources.size());
    std::vector<std::size_t> begins = {0};
    std::size_t bytes = 0;
    for (std::size_t file = 0; file < sources.size(); ++file) {
        if (begins.size() < parts && bytes >= all * begins.size() / parts && file > begins.back())
            begins.push_back(file);
        bytes += sources[file].text.size();
    }
    begins.push_back(sources.size());
    return begins;
}

}  // namespace

ReadResult read_workflows(const std::vector<Source>& sources) {
    ReadResult result;
    Diagnostics diagnostics;
    std::vector<WorkflowPlaces> places(sources.size());
    result.workflows.resize(sources.size());
    const std::vector<std::size_t> begins = split_evenly(sources);
    std::vector<Diagnostics> found(begins.size() - 1);
    in_parallel(found.size(), [&](std::size_t part) {
        for (std::size_t file = begins[part]; file < begins[part + 1]; ++file) {
            const Document document = read_document(sources[file], file, found[part]);
            if (document.root != nullptr)
                result.workflows[file] = read_schema(document, found[part], places[file]);
        }
    });
    for (Diagnostics& part : found)
        diagnostics.append(std::move(part));
    check_workflows(result.workflows, places, diagnostics);
    result.diagnostics = diagnostics.take(sources);
    result.unseen = unseen_in_names(result.workflows, places);
    return result;
}

}  // namespace tlm
