// What a terminal shows while tasks are waited for.
#include "cmd/render/live_view.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cmd/render/columns.h"

namespace tlm::cmd {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

// `n` tasks on the target in teams of ten, and one more in each team that waits for the first two.
class LiveView : public testing::Test {
  protected:
    void make(int n) {
        for (int i = 0; i < n; ++i) {
            Binding binding{address(i), {}, {std::to_string(i)}, {"t"}, {}};
            Attributes applied;
            applied.set(Attribute::assign_to, std::string("ann"));
            binding.applied = applied;
            bindings_.push_back(std::move(binding));
            LiveResource live;
            live.kind = Kind::task;
            live.id = {std::to_string(i)};
            live.attributes.set(Attribute::status, std::string("pending"));
            fleet_.resources.push_back(std::move(live));
        }
        for (int i = 0; i < n; i += 10) {
            Change change;
            change.address = Address::task("wf", team(i), "then");
            change.waits_for = {address(i), address(i + 1)};
            changes_.push_back(std::move(change));
        }
        std::vector<const Change*> waiting;
        for (const Change& change : changes_)
            waiting.push_back(&change);
        board_.emplace(bindings_, waiting, begin_);
        see();
    }
    static std::string team(int i) { return fmt::format("team-{:02}", i / 10); }
    static Address address(int i) { return Address::task("wf", team(i), fmt::format("task-{:03}", i)); }
    void set(int i, const std::string& status) {
        fleet_.resources[static_cast<std::size_t>(i)].attributes.set(Attribute::status, status);
    }
    void see() { static_cast<void>(board_->see(fleet_, begin_ + 5s)); }
    std::vector<std::string> lines(std::size_t width, std::size_t height) const {
        return live_view(*board_, begin_ + 65s, {Style(), width}, height);
    }

    const TrackedTask::TimePoint begin_{std::chrono::hours(1)};
    std::vector<Binding> bindings_;
    std::vector<Change> changes_;
    Snapshot fleet_;
    std::optional<TaskBoard> board_;
};

TEST_F(LiveView, Tasks_AreShownWithStatusWorkerTimeAndWhatTheyWaitFor) {
    make(3);
    set(0, "completed");
    set(2, "running");
    see();
    EXPECT_THAT(
        lines(100, 20),
        ElementsAre("[#####...............] 1 of 4 completed, 2 under way, 1 waiting", "wf/team/team-00",
                    "  completed task-000  (ann)  after 5.0 s", "  pending   task-001  (ann)  for 1 min",
                    "  running   task-002  (ann)  for 1 min", "  waiting   then  for task-001"));
}

TEST_F(LiveView, SmallWindow_ShowsWhatIsUrgentAndCountsTheRest) {
    make(300);
    set(7, "failed");
    set(123, "running");
    for (int i = 200; i < 300; ++i)
        set(i, "completed");
    see();
    const auto view = lines(80, 8);
    ASSERT_THAT(view, SizeIs(8));
    EXPECT_THAT(view[1], "wf/team/team-00");
    EXPECT_THAT(view, testing::Contains(HasSubstr("failed    task-007")));
    EXPECT_THAT(view, testing::Contains(HasSubstr("running   task-123")));
    EXPECT_THAT(view.back(), HasSubstr("completed"));
    EXPECT_THAT(view.back(), HasSubstr("and 3"));
}

TEST_F(LiveView, EveryWindow_HoldsIt) {
    make(40);
    set(3, "running");
    see();
    for (std::size_t width = 20; width <= 120; width += 9) {
        for (std::size_t height = 1; height <= 60; ++height) {
            const auto view = lines(width, height);
            EXPECT_LE(view.size(), height);
            EXPECT_GE(view.size(), 1U);
            for (const std::string& line : view)
                EXPECT_LE(columns(line), width) << line;
        }
    }
    EXPECT_THAT(lines(80, 60), SizeIs(1 + 4 + 44));
    EXPECT_THAT(lines(80, 49), SizeIs(49)) << "all of it just fits";
}

}  // namespace
}  // namespace tlm::cmd
