#include "engine/workflow/reader.h"

#include <fmt/format.h>

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

}  // namespace

ReadResult read_workflows(const std::vector<Source>& sources) {
    ReadResult result;
    Diagnostics diagnostics;
    std::vector<WorkflowPlaces> places(sources.size());
    for (std::size_t file = 0; file < sources.size(); ++file) {
        Workflow& workflow = result.workflows.emplace_back();
        const Document document = read_document(sources[file], file, diagnostics);
        if (document.root != nullptr) workflow = read_schema(document, diagnostics, places[file]);
    }
    check_workflows(result.workflows, places, diagnostics);
    result.diagnostics = diagnostics.take(sources);
    return result;
}

}  // namespace tlm
