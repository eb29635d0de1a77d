#pragma once

#include <string>
#include <string_view>

namespace tlm::test {

// Why the JSON does not keep to the JSON Schema (draft 4); empty where it does.
[[nodiscard]] std::string wrong_by_schema(std::string_view schema, std::string_view json);

}  // namespace tlm::test
