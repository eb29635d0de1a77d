#include "cmd/text_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "cmd/inputs.h"
#include "cmd/paths.h"
#include "tests/state/temporary_directory.h"

namespace tlm::cmd {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr std::size_t kMost = 1000;

class TextFileTest : public testing::Test {
  protected:
    void SetUp() override {
        fs::create_directories(directory_.file("here/below"));
        fs::current_path(directory_.file("here"));
    }
    void TearDown() override { fs::current_path("/"); }
    static void write(const std::string& path, const std::string& text = "text") {
        std::ofstream(path) << text;
    }
    static void expect_refused(const std::string& path, Origin origin, const std::string& words) {
        const auto file = read_input_file(path, "workflow file", kMost, origin);
        ASSERT_FALSE(file.has_value()) << path;
        EXPECT_EQ(file.error().code, ErrorCode::bad_input) << path;
        EXPECT_EQ(file.error().where, path);
        EXPECT_THAT(file.error().message, HasSubstr(words)) << path;
    }

    TemporaryDirectory directory_;
};

TEST_F(TextFileTest, Found_LinkOutOfTheDirectory_IsRefusedAndSaysWhereItLeads) {
    write("../outside");
    fs::create_symlink("../outside", "out");
    fs::create_symlink(directory_.file("outside"), "absolute");
    fs::create_symlink("out", "chain");
    fs::create_symlink("/proc/self/environ", "proc");
    fs::create_symlink("/dev/zero", "device");
    fs::create_symlink("../nowhere", "dangling");
    for (const char* link : {"out", "absolute", "chain", "proc", "device"})
        expect_refused(link, Origin::found, "a link that leads out of its directory, to /");
    expect_refused("out", Origin::found, directory_.file("outside"));
    expect_refused("dangling", Origin::found, "a link that leads to nothing: ../nowhere");
}

TEST_F(TextFileTest, Found_LinkThatStays_IsRead) {
    write("below/file");
    fs::create_symlink("below/file", "deeper");
    fs::create_symlink("deeper", "chain");
    for (const char* link : {"deeper", "chain"})
        EXPECT_EQ(read_input_file(link, "workflow file", kMost, Origin::found).value().text, "text") << link;
}

TEST_F(TextFileTest, NoRegularFile_IsRefusedByItsType) {
    ASSERT_EQ(::mkfifo("pipe", 0600), 0);
    fs::create_symlink("/dev/zero", "zero");
    expect_refused("below", Origin::found, "this is a directory");
    expect_refused("below", Origin::named, "this is a directory");
    expect_refused("pipe", Origin::found, "this is a FIFO");
    expect_refused("zero", Origin::named, "this is a device");
    expect_refused("/dev/zero", Origin::named, "this is a device");
    expect_refused("/dev/null", Origin::named, "this is a device");
    expect_refused("missing", Origin::named, "No such file");
}

TEST_F(TextFileTest, LargerThanTheBound_IsRefused) {
    write("exact", std::string(kMost, 'x'));
    write("large", std::string(kMost + 1, 'x'));
    EXPECT_TRUE(read_input_file("exact", "plan", kMost, Origin::named).has_value());
    expect_refused("large", Origin::named, "larger than 1000 bytes");
    // As large as no memory is.
    ASSERT_EQ(::truncate("large", off_t{1} << 42U), 0);
    expect_refused("large", Origin::named, "larger than 1000 bytes");
}

TEST_F(TextFileTest, Named_PipeAndFifo_AreReadToTheirEnd) {
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe(ends.data()), 0);
    ASSERT_EQ(::write(ends[1], "text", 4), 4);
    ::close(ends[1]);
    for (const auto& name : {fmt::format("/dev/fd/{}", ends[0]), fmt::format("/proc/self/fd/{}", ends[0])}) {
        EXPECT_EQ(descriptor_number(name, STDIN_FILENO), ends[0]);
    }
    EXPECT_EQ(read_text_file(fmt::format("/dev/fd/{}", ends[0]), "plan", kMost).value(), "text");
    ::close(ends[0]);

    ASSERT_EQ(::mkfifo("fifo", 0600), 0);
    std::jthread writer([] { std::ofstream("fifo") << "text"; });
    EXPECT_EQ(read_text_file("fifo", "plan", kMost).value(), "text");
}

TEST_F(TextFileTest, Descriptor_OfADevice_IsRefused) {
    const int zero = ::open("/dev/zero", O_RDONLY | O_CLOEXEC);
    expect_refused(fmt::format("/dev/fd/{}", zero), Origin::named, "this is a device");
    ::close(zero);
}

TEST_F(TextFileTest, Quotable_IsWhatIsOursOrTheDirectorysOwners) {
    const auto quotable = [](const std::string& path) {
        return read_input_file(path, "workflow file", kMost * kMost, Origin::named).value().quotable;
    };
    write("file");
    EXPECT_TRUE(quotable("file"));
    EXPECT_FALSE(quotable("/proc/self/status"));
    // What a link leads to is shown to nobody, though it is ours, and wherever on the way the link stands.
    fs::create_symlink("file", "ours");
    EXPECT_FALSE(quotable("ours"));
    fs::create_directory("real");
    write("real/file");
    fs::create_symlink("real", "way");
    EXPECT_TRUE(quotable("real/file"));
    EXPECT_FALSE(quotable("way/file"));
    EXPECT_FALSE(quotable(fs::current_path() / "way/file"));
    if (::geteuid() != 0) GTEST_SKIP() << "only root can give a file away";
    ASSERT_EQ(::chown("file", 12345, 12345), 0);
    EXPECT_FALSE(quotable("file"));
    ASSERT_EQ(::chown(".", 12345, 12345), 0);
    EXPECT_TRUE(quotable("file")) << "a checkout of another user, read by root";
    fs::create_symlink("file", "link");
    EXPECT_FALSE(quotable("link"));
}

TEST_F(TextFileTest, Inputs_LookedIntoAndTaken_AreReadOnce) {
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe(ends.data()), 0);
    const std::string plan = R"({ "format": "tlm-plan/1" })";
    ASSERT_EQ(::write(ends[1], plan.data(), plan.size()), static_cast<ssize_t>(plan.size()));
    ::close(ends[1]);
    const std::string name = fmt::format("/dev/fd/{}", ends[0]);
    Inputs inputs;
    EXPECT_TRUE(inputs.holds_plan(name));
    EXPECT_TRUE(inputs.holds_plan(name));
    EXPECT_EQ(inputs.take(name, "plan").value().text, plan);
    EXPECT_EQ(inputs.take(name, "plan").value().text, "") << "it was kept once";
    ::close(ends[0]);
    EXPECT_FALSE(inputs.holds_plan("missing"));
    EXPECT_FALSE(inputs.take("missing", "plan").has_value());
    EXPECT_FALSE(inputs.holds_plan("below"));
}

TEST_F(TextFileTest, CheckStaysBelow_OnlyLinksOfDirectoriesBelow_AreRefused) {
    fs::create_directory_symlink("..", "out");
    fs::create_directory_symlink("below", "in");
    fs::create_directory_symlink(directory_.file(""), "below/up");
    for (const std::string& path : std::vector<std::string>{"f", "./f", "below/f", "in/f", "missing/f",
                                                            "../f", "../x/f", directory_.file("out/f"), ""})
        EXPECT_TRUE(check_stays_below(path).has_value()) << path;
    for (const char* path : {"out/f", "./out/f", "below/up/f", "in/up/f", "out/../f", "out/missing/f"}) {
        const auto checked = check_stays_below(path);
        ASSERT_FALSE(checked.has_value()) << path;
        EXPECT_EQ(checked.error().code, ErrorCode::bad_input);
        EXPECT_THAT(checked.error().message, HasSubstr("leads out of the working directory"));
    }
}

}  // namespace
}  // namespace tlm::cmd
