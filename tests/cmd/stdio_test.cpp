#include "cmd/stdio.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace tlm::cmd {
namespace {

namespace fs = std::filesystem;

class AtomicFile : public testing::Test {
  protected:
    AtomicFile() {
        std::string pattern = (fs::temp_directory_path() / "tlm-stdio-XXXXXX").string();
        directory = mkdtemp(pattern.data());
    }
    ~AtomicFile() override { fs::remove_all(directory); }
    fs::path directory;
};

TEST_F(AtomicFile, Write_ReplacesTheWholeFileAndLeavesNothingElse) {
    const std::string path = (directory / "p.json").string();
    ASSERT_TRUE(write_file_atomically(path, "a longer first text").has_value());
    ASSERT_TRUE(write_file_atomically(path, "second").has_value());
    std::ifstream file(path);
    EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), "second");
    EXPECT_EQ(std::distance(fs::directory_iterator(directory), fs::directory_iterator()), 1);
}

TEST_F(AtomicFile, Write_IntoAMissingDirectory_NamesPathAndCause) {
    const auto written = write_file_atomically((directory / "none" / "p.json").string(), "x");
    ASSERT_FALSE(written.has_value());
    EXPECT_NE(written.error().message.find("No such file"), std::string::npos);
    EXPECT_NE(written.error().where.find("p.json"), std::string::npos);
}

TEST_F(AtomicFile, Write_LinkInThePlaceOfTheTemporaryFile_IsNotFollowed) {
    const fs::path precious = directory / "precious";
    std::ofstream(precious) << "text";
    const std::string path = (directory / "p.json").string();
    fs::create_symlink(precious, path + "." + std::to_string(getpid()) + ".tmp");
    ASSERT_TRUE(write_file_atomically(path, "plan").has_value());
    EXPECT_EQ(fs::file_size(precious), 4U);
    EXPECT_FALSE(fs::is_symlink(path));
    EXPECT_EQ(fs::file_size(path), 4U);
}

}  // namespace
}  // namespace tlm::cmd
