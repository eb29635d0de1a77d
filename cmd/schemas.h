#pragma once

#include <string_view>

namespace tlm::cmd {

// JSON Schema (draft 4) of workflow files, telemachy/v1, for editors.
[[nodiscard]] std::string_view workflow_schema();
// JSON Schema (draft 4) of plan files, tlm-plan/1.
[[nodiscard]] std::string_view plan_schema();

}  // namespace tlm::cmd
