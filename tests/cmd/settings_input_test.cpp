#include "cmd/settings_input.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>

#include "tests/state/temporary_directory.h"

namespace tlm::cmd {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

// Runs in a directory of its own, beside which there is one outside.
class SettingsInput : public testing::Test {
  protected:
    SettingsInput() : before_(fs::current_path()) {
        fs::create_directories(root_.file("project/sub"));
        fs::create_directory(root_.file("outside"));
        fs::current_path(root_.file("project"));
        write("../outside/file", "OUTSIDE=1\n");
    }
    ~SettingsInput() override { fs::current_path(before_); }

    static void write(const std::string& path, const std::string& text) { std::ofstream(path) << text; }
    // The text, "absent", or the error.
    static std::string read(const std::string& path, Links links = Links::below_directory) {
        const auto file = read_checked_file(path, "settings file", 64, links);
        if (!file) return file.error().message;
        return file.value() ? file.value()->text : "absent";
    }

    TemporaryDirectory root_;

  private:
    fs::path before_;
};

TEST_F(SettingsInput, RegularFile_IsReadWithItsOwnerAndMode) {
    write(".env", "A=1\n");
    chmod(".env", 0640);
    const auto file = read_checked_file(".env", "settings file", 64, Links::below_directory).value();
    EXPECT_EQ(file->text, "A=1\n");
    EXPECT_EQ(file->owner, geteuid());
    EXPECT_EQ(file->mode & 0777U, 0640U);
    EXPECT_EQ(read("not there"), "absent");
    EXPECT_EQ(read("not/there"), "absent");
}

TEST_F(SettingsInput, WhatIsNoRegularFile_IsRefusedWithoutReading) {
    ASSERT_EQ(mkfifo("fifo", 0600), 0);
    EXPECT_THAT(read("fifo"), HasSubstr("it is a FIFO"));
    EXPECT_THAT(read("sub"), HasSubstr("it is a directory"));
    EXPECT_THAT(read("/dev/zero", Links::anywhere), HasSubstr("it is a device"));
    const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    std::strcpy(address.sun_path, "socket");
    ASSERT_EQ(bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    EXPECT_THAT(read("socket"), HasSubstr("it is not a regular file"));
    close(fd);
}

TEST_F(SettingsInput, Link_IsFollowedWithinTheDirectoryOnly) {
    write("sub/file", "INSIDE=1\n");
    fs::create_symlink("sub/file", "inside");
    EXPECT_EQ(read("inside"), "INSIDE=1\n");
    fs::create_symlink("inside", "twice");
    EXPECT_EQ(read("twice"), "INSIDE=1\n");
    fs::create_directory_symlink("../outside", "directory");
    fs::create_symlink("../outside/file", "relative");
    fs::create_symlink(root_.file("outside/file"), "absolute");
    fs::create_symlink("directory/file", "detour");
    fs::create_symlink("/dev/zero", "device");
    fs::create_symlink("/proc/self/environ", "environ");
    fs::create_symlink("loop", "loop");
    for (const char* name : {"relative", "absolute", "directory/file", "detour", "device", "environ", "loop"})
        EXPECT_THAT(read(name), HasSubstr("leads out of the directory")) << name;
    fs::create_symlink("nothing", "dangling");
    EXPECT_THAT(read("dangling"), HasSubstr("a link to nothing"));
    EXPECT_EQ(read("relative", Links::anywhere), "OUTSIDE=1\n");
}

TEST_F(SettingsInput, Size_IsBoundedBeforeAndWhileReading) {
    write("just", std::string(64, 'x'));
    EXPECT_EQ(read("just"), std::string(64, 'x'));
    write("more", std::string(65, 'x'));
    EXPECT_THAT(read("more"), HasSubstr("it is larger than"));
    // It says that its size is 0.
    EXPECT_THAT(read("/proc/self/status", Links::anywhere), HasSubstr("it is larger than"));
}

TEST_F(SettingsInput, OwnerAndModeDecideWhetherItCanBeTrusted) {
    EXPECT_EQ(unfit_for_trust({{}, geteuid(), 0644}), "");
    EXPECT_EQ(unfit_for_trust({{}, 0, 0644}), "");
    EXPECT_THAT(unfit_for_trust({{}, geteuid() + 1, 0600}), HasSubstr("it belongs to user"));
    EXPECT_THAT(unfit_for_trust({{}, geteuid(), 0664}), HasSubstr("others can write to it (mode 0664)"));
    EXPECT_THAT(unfit_for_trust({{}, geteuid(), 0606}), HasSubstr("others can write"));
    EXPECT_THAT(unfit_for_trust({{}, 0, 0777}), HasSubstr("others can write"));
}

TEST_F(SettingsInput, PathBelowTheDirectory_LeadsThroughNoLink) {
    write("sub/file", "");
    fs::create_directory_symlink("sub", "link");
    fs::create_symlink("sub/file", "sub/link");
    fs::create_symlink("nothing", "dangling");
    ASSERT_EQ(mkfifo("fifo", 0600), 0);
    for (const char* path : {"sub", "sub/", "./sub/file", "sub/new/state.db", "new", "...", "a..b"})
        EXPECT_TRUE(is_below_directory(path)) << path;
    for (const char* path :
         {"", "..", "../x", "sub/../../x", "sub/../sub", "/x", "~", "~/x", "~root", "link", "link/",
          "link/file", "sub/link", "dangling", "dangling/x", "fifo", "sub/file/x", "//x", "./../x"})
        EXPECT_FALSE(is_below_directory(path)) << path;
    EXPECT_FALSE(is_below_directory(root_.file("project/sub")));
}

}  // namespace
}  // namespace tlm::cmd
