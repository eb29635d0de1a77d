#include "state/storage/private_file.h"

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>

#include "tests/state/temporary_directory.h"

namespace tlm::storage {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class PrivateFileTest : public testing::Test {
  protected:
    void SetUp() override { fs::current_path(directory_.file("")); }
    void TearDown() override { fs::current_path("/"); }
    static void write(const std::string& path, const std::string& text = {}) { std::ofstream(path) << text; }

    TemporaryDirectory directory_;
};

// What stands in the place of a database or of one of SQLite's files beside it.
struct Obstacle {
    std::string words;
    std::function<void(const std::string& place)> make;
};

std::vector<Obstacle> obstacles() {
    const auto link = [](const std::string& place) { fs::create_symlink("precious", place); };
    const auto dangling = [](const std::string& place) { fs::create_symlink("nowhere", place); };
    const auto hard = [](const std::string& place) { fs::create_hard_link("precious", place); };
    const auto directory = [](const std::string& place) { fs::create_directory(place); };
    const auto pipe = [](const std::string& place) { ASSERT_EQ(::mkfifo(place.c_str(), 0600), 0); };
    const auto foreign = [](const std::string& place) {
        std::ofstream(place) << "";
        ASSERT_EQ(::chown(place.c_str(), 12345, 12345), 0);
    };
    std::vector<Obstacle> all = {{"symbolic link", link},
                                 {"symbolic link", dangling},
                                 {"2 hard links", hard},
                                 {"it is a directory", directory},
                                 {"not a regular file", pipe}};
    // Only root can give a file away.
    if (::geteuid() == 0) all.push_back({"another user (uid 12345)", foreign});
    return all;
}

TEST_F(PrivateFileTest, Inspect_AnythingButAFileOfOurs_IsRefusedInEachPlaceAndUnharmed) {
    for (const char* place : {"x.db", "x.db-wal", "x.db-shm", "x.db-journal"}) {
        for (const auto& [words, make] : obstacles()) {
            write("precious", "text");
            make(place);
            const auto file = locate("x.db");
            ASSERT_TRUE(file.has_value());
            const auto found = inspect(file.value());
            ASSERT_FALSE(found.has_value()) << place << words;
            EXPECT_THAT(found.error().message, HasSubstr(words)) << place;
            EXPECT_THAT(found.error().where, HasSubstr(place));
            EXPECT_FALSE(found.error().hints.empty());
            EXPECT_FALSE(prepare_to_write(OwnFile("x.db", true)).has_value()) << place << words;
            fs::remove_all(place);
            EXPECT_FALSE(fs::exists("nowhere"));
            EXPECT_EQ(fs::file_size("precious"), 4U);
            fs::remove("precious");
        }
    }
}

TEST_F(PrivateFileTest, Inspect_SoundFile_TellsWhetherItHasContent) {
    EXPECT_EQ(inspect(directory_.file("x.db")).value(), Presence::missing);
    write("x.db");
    EXPECT_EQ(inspect(directory_.file("x.db")).value(), Presence::empty);
    write("x.db", "content");
    EXPECT_EQ(inspect(directory_.file("x.db")).value(), Presence::filled);
}

// SQLite deletes the file that a journal names at its end, wherever that is.
TEST_F(PrivateFileTest, Inspect_JournalThatNamesAnotherFile_IsRefused) {
    write("x.db", "content");
    write("x.db-journal", std::string(512, '\0'));
    EXPECT_TRUE(inspect(directory_.file("x.db")).has_value());
    write("x.db-journal", std::string(512, '\0') + "\xd9\xd5\x05\xf9\x20\xa1\x63\xd7");
    EXPECT_THAT(inspect(directory_.file("x.db")).error().message, HasSubstr("names another file"));
}

TEST_F(PrivateFileTest, Locate_OwnDirectoryIsALink_IsRefusedAndOtherDirectoriesMayBe) {
    fs::create_directory("real");
    fs::create_directory_symlink("real", "alias");
    fs::create_directory_symlink("real", ".tlm");
    EXPECT_EQ(locate("alias/x.db").value(), directory_.file("real/x.db"));
    EXPECT_EQ(locate("alias/../real/./x.db").value(), directory_.file("real/x.db"));
    for (const std::string& path :
         {std::string(".tlm/x.db"), std::string(".tlm/deep/x.db"), directory_.file(".tlm/x.db")}) {
        const auto found = locate(path);
        ASSERT_FALSE(found.has_value()) << path;
        EXPECT_THAT(found.error().message, HasSubstr("symbolic link"));
    }
    EXPECT_FALSE(prepare_to_write(OwnFile(".tlm/x.db", true)).has_value());
    EXPECT_TRUE(fs::is_empty("real"));
}

TEST_F(PrivateFileTest, PrepareToWrite_MissingFile_IsCreatedForTheOwnerOnlyWithItsDirectories) {
    const mode_t before = ::umask(0777);
    const auto made = prepare_to_write(".tlm/deep/x.db");
    ::umask(before);
    ASSERT_TRUE(made.has_value()) << made.error().message;
    EXPECT_TRUE(made.value().fillable);
    EXPECT_EQ(mode_of(".tlm"), 0700U);
    EXPECT_EQ(mode_of(".tlm/deep"), 0700U);
    EXPECT_EQ(mode_of(".tlm/deep/x.db"), 0600U);
}

TEST_F(PrivateFileTest, PrepareToWrite_OwnDirectory_IsIgnoredByGitWhereItIsNew) {
    ASSERT_TRUE(prepare_to_write(".tlm/x.db").has_value());
    std::ifstream in(".tlm/.gitignore");
    EXPECT_EQ(std::string(std::istreambuf_iterator<char>(in), {}), "*\n");
    fs::create_directories("old/.tlm");
    ASSERT_TRUE(prepare_to_write("old/.tlm/x.db").has_value());
    EXPECT_FALSE(fs::exists("old/.tlm/.gitignore"));
    ASSERT_TRUE(prepare_to_write("other/x.db").has_value());
    EXPECT_FALSE(fs::exists("other/.gitignore"));
}

TEST_F(PrivateFileTest, PrepareToWrite_EmptyFile_IsOursBelowTheDirectoryOrWhereItIsNamed) {
    fs::create_directories("here/below");
    fs::create_directory("outside");
    fs::create_directory_symlink("../outside", "here/alias");
    write("here/below/x.db");
    write("outside/x.db");
    fs::current_path("here");
    const auto fillable = [](const std::string& path, bool named) {
        ::chmod(path.c_str(), 0644);
        const auto place = prepare_to_write(OwnFile(path, named));
        EXPECT_EQ(mode_of(path), place ? 0600U : 0644U) << path;
        return place.has_value() && place.value().fillable;
    };
    EXPECT_TRUE(fillable("below/x.db", false));
    EXPECT_TRUE(fillable(directory_.file("here/below/x.db"), false));
    for (const std::string& path :
         {std::string("../outside/x.db"), std::string("alias/x.db"), directory_.file("outside/x.db"),
          std::string("below/../../outside/x.db")}) {
        EXPECT_FALSE(fillable(path, false)) << path;
        EXPECT_TRUE(fillable(path, true)) << path;
    }
}

TEST_F(PrivateFileTest, PrepareToWrite_MissingFileElsewhere_IsCreatedOnlyWhereItIsNamed) {
    fs::create_directory("here");
    fs::create_directory("outside");
    fs::create_directory_symlink("../outside", "here/alias");
    fs::current_path("here");
    for (const char* path : {"../outside/x.db", "alias/x.db", "../new/x.db"}) {
        EXPECT_FALSE(prepare_to_write(path).has_value()) << path;
        EXPECT_TRUE(fs::is_empty("../outside"));
        EXPECT_FALSE(fs::exists("../new"));
    }
    EXPECT_TRUE(prepare_to_write(OwnFile("../outside/x.db", true)).has_value());
}

// A file with content is left for SQLite to judge, and may not be filled where SQLite finds no table in it.
TEST_F(PrivateFileTest, PrepareToWrite_FileWithContentElsewhere_IsNotFillable) {
    fs::create_directory("here");
    write("x.db", "content");
    fs::current_path("here");
    const auto place = prepare_to_write("../x.db");
    ASSERT_TRUE(place.has_value());
    EXPECT_FALSE(place.value().fillable);
}

}  // namespace
}  // namespace tlm::storage
