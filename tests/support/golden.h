#pragma once

#include <string>

namespace tlm::test {

// Compares a text with tests/golden/NAME, and rewrites that file instead where TLM_UPDATE_GOLDEN is set.
void expect_golden(const std::string& name, const std::string& text);

}  // namespace tlm::test
