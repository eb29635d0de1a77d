#pragma once

#include <string_view>

namespace tlm::cmd {

// JSON Schema (draft 4) of workflow files, telemachy/v1, for editors.
[[nodiscard]] std::string_view workflow_schema();
// JSON Schema (draft 4) of plan files, tlm-plan/1.
[[nodiscard]] std::string_view plan_schema();
// JSON Schema (draft 4) of each line that --events writes, tlm-events/1.
[[nodiscard]] std::string_view events_schema();
// The schema that `tlm schema NAME` prints: workflow, plan or events; empty for another name.
[[nodiscard]] std::string_view schema_named(std::string_view name);

}  // namespace tlm::cmd
