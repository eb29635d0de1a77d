#pragma once

#include <string_view>

namespace tlm {

// JSON Schema (draft 4) of plan files, tlm-plan/1. Whatever plan_from_text takes is valid under it.
[[nodiscard]] std::string_view plan_json_schema();

}  // namespace tlm
