#include "cmd/render/status_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "cmd/render/columns.h"
#include "tests/support/golden.h"
#include "tests/support/world.h"

namespace tlm::cmd {
namespace {

using testing::HasSubstr;

// Five tasks: one at its end, one under way, one that failed, and what waits behind the last two.
class StatusText : public testing::Test {
  protected:
    StatusText() {
        Workflow& workflow = world_.workflows.front();
        TeamSpec& team = workflow.teams.front();
        team.tasks.push_back({"test", "Test it", "builder", {"build"}, {}});
        team.tasks.push_back({"risky", "Try it", "builder", {}, {}});
        team.tasks.push_back({"after", "Then", "builder", {"risky"}, {}});
        team.tasks.push_back({"later\x1b[31m", "Much later", "builder", {"after"}, {}});
        world_.apply(world_.plan().plan);
        set("design", "completed");
        world_.apply(world_.plan().plan);
        set("build", "running");
        set("risky", "failed");
    }
    void set(const std::string& subject, const std::string& status) {
        for (const LiveResource& live : world_.fleet.everything().resources) {
            if (live.kind == Kind::task && live.name == subject)
                world_.fleet.get(live.id)->attributes.set(Attribute::status, status);
        }
    }
    std::vector<WorkflowView> views() {
        snapshot_ = world_.fleet.read_fleet().value();
        const auto bindings = world_.state.bindings().value();
        return overview(desired_resources(world_.workflows, ""), FleetIndex(snapshot_, bindings, {}));
    }
    test::World world_;
    Snapshot snapshot_;
};

TEST_F(StatusText, Text_IsAsEverybodyKnowsIt) {
    test::expect_golden("status.txt", status_text(views(), {}));
}

TEST_F(StatusText, Time_IsSaidAsLongAsTheClocksAgree) {
    using namespace std::chrono;
    auto seen = views();
    for (TaskView& task : seen.front().tasks)
        task.created_at = "2026-11-25T23:59:58.250000Z";
    const auto midnight = system_clock::from_time_t(1795651200);  // 2026-11-26T00:00:00Z
    EXPECT_THAT(status_text(seen, {}, midnight + 58s),
                HasSubstr("submitted 2026-11-25T23:59:58.250000Z (1 min ago)"));
    EXPECT_THAT(status_text(seen, {}, midnight - 1h), testing::Not(HasSubstr("ago")));
    seen.front().tasks[1].created_at = "yesterday";
    EXPECT_THAT(status_text(seen, {}, midnight), HasSubstr("submitted yesterday\n"));
}

TEST_F(StatusText, Json_IsAsEverybodyKnowsIt) {
    test::expect_golden("status.json", status_json(views(), "fake:"));
}

TEST_F(StatusText, NarrowTerminal_NothingIsCutAndNoLineIsWider) {
    Layout layout;
    layout.width = 40;
    const std::string text = status_text(views(), layout);
    test::expect_golden("status-40.txt", text);
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);)
        EXPECT_LE(columns(line), 40U) << line;
    const auto without_gaps = [](std::string shown) {
        std::erase_if(shown, [](char c) { return c == ' ' || c == '\n'; });
        return shown;
    };
    EXPECT_EQ(without_gaps(text), without_gaps(status_text(views(), {})));
}

TEST_F(StatusText, NothingIsThereYet_AllThatWaitsForNothingIsReady) {
    for (const LiveResource& live : world_.fleet.everything().resources)
        world_.fleet.erase(live.id);
    world_.state.bound.clear();
    const std::string text = status_text(views(), {});
    EXPECT_THAT(text, HasSubstr("0 of 6 tasks completed, 2 ready, 4 waiting"));
    EXPECT_THAT(text, HasSubstr("0 of 2 agents online, 0 of 1 teams there"));
}

}  // namespace
}  // namespace tlm::cmd
