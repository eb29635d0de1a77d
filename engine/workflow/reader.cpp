#include "engine/workflow/reader.h"

#include "engine/workflow/checks.h"
#include "engine/workflow/diagnostics.h"
#include "engine/workflow/document.h"
#include "engine/workflow/schema.h"

namespace tlm {

ReadResult read_workflows(const std::vector<Source>& sources) {
    ReadResult result;
    Diagnostics diagnostics;
    std::vector<WorkflowPlaces> places;
    for (std::size_t file = 0; file < sources.size(); ++file) {
        const Source& source = sources[file];
        const DocumentResult document =
            source.name.ends_with(".json") ? read_json(source.text, file) : read_yaml(source.text, file);
        for (const SyntaxFault& fault : document.faults)
            diagnostics.add(fault.position, fault.message, fault.hint);
        if (document.root == nullptr) continue;
        result.workflows.push_back(read_schema(*document.root, diagnostics, places.emplace_back()));
    }
    check_workflows(result.workflows, places, diagnostics);
    result.diagnostics = diagnostics.take();
    return result;
}

}  // namespace tlm
