#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "engine/workflow/reader.h"

namespace tlm {

// All diagnostics as people see them.
inline std::string faults(const std::vector<Source>& sources) {
    std::string text;
    for (const Diagnostic& diagnostic : read_workflows(sources).diagnostics)
        text += format_diagnostic(diagnostic, sources);
    return text;
}

inline std::string faults(const std::string& yaml) {
    return faults({{"w.yaml", yaml}});
}

inline std::string json_faults(const std::string& json) {
    return faults({{"w.json", json}});
}

// The workflow of a text that must be without fault.
inline Workflow read(const std::string& text, const std::string& name = "w.yaml") {
    const ReadResult result = read_workflows({{name, text}});
    EXPECT_THAT(result.diagnostics, testing::IsEmpty()) << faults({{name, text}});
    return result.workflows.at(0);
}

}  // namespace tlm
