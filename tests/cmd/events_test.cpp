#include "cmd/render/events.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "cmd/schemas.h"
#include "cmd/system_clock.h"
#include "tests/support/golden.h"
#include "tests/support/json_schema.h"
#include "tests/support/world.h"

namespace tlm::cmd {
namespace {

using testing::HasSubstr;
using testing::Not;

namespace fs = std::filesystem;

using TimePoint = std::chrono::system_clock::time_point;

// 2026-11-23T10:15:00.123Z
constexpr TimePoint kBegin{std::chrono::milliseconds(1795428900123)};

// What was written, and what would be the last line.
struct Written {
    std::vector<std::string> lines;
    Farewell farewell;
    std::size_t room = SIZE_MAX;  // so many lines are taken
    TimePoint now = kBegin;
    std::vector<Error> lost;
};

class FakeSink final : public EventSink {
  public:
    explicit FakeSink(Written& written) : written_(written) {}
    Result<void> write(std::string_view line, const Farewell& farewell) override {
        if (written_.lines.size() == written_.room) return fail(ErrorCode::internal, "no room");
        written_.lines.emplace_back(line);
        written_.farewell = farewell;
        return success();
    }

  private:
    Written& written_;
};

Events events_to(Written& written, std::string_view verb) {
    return {std::make_unique<FakeSink>(written), verb,
            [&written] { return written.now += std::chrono::milliseconds(100); },
            [&written](const Error& error) { written.lost.push_back(error); }};
}

std::string joined(const std::vector<std::string>& lines) {
    std::string text;
    for (const std::string& line : lines)
        text += line;
    return text;
}

void expect_valid(const Written& written) {
    for (std::size_t i = 0; i < written.lines.size(); ++i) {
        const std::string& line = written.lines[i];
        EXPECT_EQ(test::wrong_by_schema(events_schema(), line), "") << line;
        EXPECT_TRUE(line.starts_with("{\"seq\":" + std::to_string(i) + ",")) << line;
        EXPECT_EQ(line.find('\n'), line.size() - 1);
    }
}

Change change(const char* name, Action action) {
    Change result;
    result.address = Address::agent("wf", name);
    result.action = action;
    result.reason = Reason::differs;
    result.id = {"id-1"};
    return result;
}

TEST(Events, EveryKind_IsAsReviewedAndKeepsToTheSchema) {
    Written written;
    test::World world;
    const Plan plan = world.plan().plan;
    {
        Events events = events_to(written, "apply");
        events.settled({"create of wf/agent/a did reach the target"});
        events.planned(plan);
        events.on(ApplyBegins{5});
        const Change& first = plan.changes[0];
        events.on(ChangeStarted{&first});
        events.on(Retrying{&first, "502 \x1b[31mbad\u202e gateway", 2});
        events.on(Throttled{std::chrono::milliseconds(1500), "429"});
        events.on(Listening{"tls://broker:4222", true});
        events.on(NotListening{"tls://broker:4222", "it can't be reached", true});
        const ChangeResult done{&first, ResultKind::done, "", {}};
        events.on(ChangeEnded{&done});
        const ChangeResult already{&plan.changes[1], ResultKind::already, "", {}};
        events.on(ChangeEnded{&already});
        const ChangeResult conflict{
            &plan.changes[2], ResultKind::conflict, "it moved", {"model: planned \"a\", live \"b\""}};
        events.on(ChangeEnded{&conflict});
        const ChangeResult failed{&plan.changes[3], ResultKind::failed, "not today", {}};
        events.on(ChangeEnded{&failed});
        ApplyReport report;
        report.results = {{&plan.changes[4], ResultKind::not_started, "stopped", {}}};
        report.left_behind = {{{"id-9"}, Address::agent("wf", "a")}};
        report.mismatches = {"wf/agent/a: model is \"x\""};
        report.settled = {"wf/team/t: the other one is older"};
        report.interrupted = true;
        events.applied(report);
        const Error error = fail(ErrorCode::denied, "401", "https://x", {"Check the key."});
        events.ended(ExitCode::unreachable, &error);
        events.ended(ExitCode::done, nullptr);
    }
    test::expect_golden("events-apply.jsonl", joined(written.lines));
    expect_valid(written);
    EXPECT_TRUE(written.farewell.line.empty()) << "something would be written after the summary";
}

TEST(Events, Drift_IsAsReviewedAndKeepsToTheSchema) {
    Written written;
    Finding changed{DriftKind::changed, Address::agent("wf", "a"), "tlm-a", {"id-1"}, {}};
    changed.attributes = {{Attribute::working_dir, std::nullopt, Value(std::string("m1"))}};
    const Finding orphan{DriftKind::orphan, std::nullopt, "tlm-\xff", {"id-2"}, {}, true, false};
    Events events = events_to(written, "drift");
    events.found({changed, orphan}, "fake:");
    events.ended(ExitCode::changes, nullptr);
    test::expect_golden("events-drift.jsonl", joined(written.lines));
    expect_valid(written);
}

TEST(Events, Progress_ComesAtMostOnceASecondAndAtTheEnd) {
    Written written;
    const Change one = change("a", Action::update);
    Events events = events_to(written, "apply");
    events.on(ApplyBegins{100});
    for (int i = 0; i < 100; ++i) {
        const ChangeResult done{&one, ResultKind::done, "", {}};
        events.on(ChangeEnded{&done});
    }
    const auto progress = std::ranges::count_if(
        written.lines, [](const auto& line) { return line.find(R"("event":"progress")") != line.npos; });
    EXPECT_GT(progress, 10);
    EXPECT_LE(progress, 50);
    EXPECT_THAT(written.lines.back(), HasSubstr(R"("ended":100,"total":100,"under_way":0)"));
}

TEST(Events, TheSinkTakesNoMore_IsSaidOnceAndNothingElseHappens) {
    Written written;
    written.room = 2;
    {
        Events events = events_to(written, "plan");
        events.settled({"a", "b", "c"});
        events.ended(ExitCode::done, nullptr);
    }
    EXPECT_EQ(written.lines.size(), 2U);
    EXPECT_EQ(written.lost.size(), 1U);
}

TEST(Events, EndedInNoWay_SaysThatItFailed) {
    Written written;
    { Events events = events_to(written, "plan"); }
    EXPECT_THAT(written.lines.back(), HasSubstr(R"("event":"summary","verb":"plan","exit_code":1)"));
    expect_valid(written);
}

TEST(Events, Farewell_IsAnotherValidLineWhoseTimeCanBeFilledIn) {
    Written written;
    Events events = events_to(written, "apply");
    events.settled({"a"});
    Written last = written;
    std::string line = written.farewell.line;
    const Stamp stamp = utc_stamp(kBegin);
    line.replace(written.farewell.stamp, stamp.size(), stamp.data(), stamp.size());
    last.lines.push_back(line);
    expect_valid(last);
    EXPECT_THAT(line, HasSubstr(R"("at":"2026-11-23T10:15:00.123Z","event":"summary")"));
    EXPECT_THAT(line, HasSubstr(R"("exit_code":8,"interrupted":true)"));
}

TEST(Stamp, IsIso8601InUtcWithMilliseconds) {
    const auto text = [](std::int64_t ms) {
        const Stamp stamp = utc_stamp(TimePoint(std::chrono::milliseconds(ms)));
        return std::string(stamp.data(), stamp.size());
    };
    EXPECT_EQ(text(0), "1970-01-01T00:00:00.000Z");
    EXPECT_EQ(text(1709164799999), "2024-02-28T23:59:59.999Z");
    EXPECT_EQ(text(1709164800000), "2024-02-29T00:00:00.000Z");
    EXPECT_EQ(text(-1), "1969-12-31T23:59:59.999Z");
}

class EventPlace : public testing::Test {
  protected:
    EventPlace() {
        std::string pattern = (fs::temp_directory_path() / "tlm-events-XXXXXX").string();
        directory = mkdtemp(pattern.data());
        path = (directory / "e.jsonl").string();
    }
    ~EventPlace() override { fs::remove_all(directory); }
    void write_line() const {
        auto file = EventFile::open(path);
        ASSERT_TRUE(file.has_value()) << file.error().message;
        ASSERT_TRUE(file.value()->write("{}\n", {}).has_value());
    }
    static std::string text_of(const fs::path& file) {
        std::ifstream stream(file);
        return {std::istreambuf_iterator<char>(stream), {}};
    }
    fs::path directory;
    std::string path;
};

TEST_F(EventPlace, File_IsReplacedByOneThatOnlyItsOwnerCanRead) {
    std::ofstream(path) << "of another run";
    chmod(path.c_str(), 0644);
    const mode_t before = umask(0777);
    write_line();
    umask(before);
    struct stat status = {};
    ASSERT_EQ(stat(path.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777U, 0600U);
    EXPECT_EQ(text_of(path), "{}\n");
    EXPECT_EQ(std::distance(fs::directory_iterator(directory), fs::directory_iterator()), 1);
}

TEST_F(EventPlace, Link_IsReplacedAndNotFollowed) {
    const fs::path precious = directory / "precious";
    std::ofstream(precious) << "text";
    fs::create_symlink(precious, path);
    write_line();
    EXPECT_EQ(text_of(precious), "text");
    EXPECT_FALSE(fs::is_symlink(path));
}

TEST_F(EventPlace, NamedPipe_IsWrittenToAndStays) {
    ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
    std::string read;
    std::thread reader([&] { read = text_of(path); });
    write_line();
    reader.join();
    EXPECT_EQ(read, "{}\n");
    EXPECT_TRUE(fs::is_fifo(path));
}

TEST_F(EventPlace, Descriptor_GoesOnWhereItIsAndIsNotTruncated) {
    const std::string log = (directory / "log").string();
    std::ofstream(log) << "what stood there\n";
    const int file = open(log.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
    path = "/dev/fd/" + std::to_string(file);
    write_line();
    close(file);
    EXPECT_EQ(text_of(log), "what stood there\n{}\n");
}

TEST_F(EventPlace, MissingDirectory_NamesPathAndCause) {
    const auto file = EventFile::open((directory / "none" / "e").string());
    ASSERT_FALSE(file.has_value());
    EXPECT_EQ(file.error().code, ErrorCode::bad_input);
    EXPECT_THAT(file.error().message, HasSubstr("No such file"));
    EXPECT_FALSE(EventFile::open(directory.string()).has_value());
    EXPECT_FALSE(EventFile::open("/dev/fd/999").has_value());
}

}  // namespace
}  // namespace tlm::cmd
