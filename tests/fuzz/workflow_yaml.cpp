// Workflow files as YAML, of which one input holds one or several.

#include <fmt/format.h>

#include "tests/fuzz/property.h"
#include "tests/fuzz/workflow_properties.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::vector<tlm::Source> sources;
    for (std::string& part : tlm::fuzz::parts_of(tlm::fuzz::text_of(data, size)))
        sources.push_back({fmt::format("{}.yaml", sources.size()), std::move(part)});
    tlm::fuzz::check_workflows_read(sources);
    return 0;
}
