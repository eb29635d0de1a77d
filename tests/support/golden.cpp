#include "tests/support/golden.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/support/paths.h"

namespace tlm::test {

void expect_golden(const std::string& name, const std::string& text) {
    const std::filesystem::path path = std::filesystem::path(source_dir()) / "tests" / "golden" / name;
    if (std::getenv("TLM_UPDATE_GOLDEN") != nullptr) {
        std::filesystem::create_directories(path.parent_path());
        std::ofstream(path, std::ios::binary) << text;
        return;
    }
    std::ifstream file(path, std::ios::binary);
    ASSERT_TRUE(file) << path << " is missing; TLM_UPDATE_GOLDEN=1 writes it";
    EXPECT_EQ(text, std::string(std::istreambuf_iterator<char>(file), {}))
        << "TLM_UPDATE_GOLDEN=1 rewrites " << path;
}

}  // namespace tlm::test
