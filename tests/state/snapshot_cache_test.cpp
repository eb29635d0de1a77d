#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/state/state_fixture.h"

namespace tlm {
namespace {

using testing::ElementsAre;

class SnapshotCacheTest : public StateTest {
  protected:
    static Snapshot fleet() {
        Snapshot snapshot;
        snapshot.resources.push_back({Kind::task, {"3"}, "subject", {"2"}, "2026-01-01T00:00:00Z", {}});
        snapshot.resources.push_back({Kind::team, {"2"}, "tlm-team", {}, "", {}});
        snapshot.resources.push_back({Kind::agent, {"1"}, "", {}, "", attributes()});
        snapshot.consistent = false;
        return snapshot;
    }
};

TEST_F(SnapshotCacheTest, Save_StateOpenedToReadAndMissing_CreatesItForTheOwnerOnly) {
    const auto file = open(StateMode::read);
    ASSERT_TRUE(file->save_snapshot(fleet()).has_value());
    EXPECT_EQ(mode_of(path_), 0600U);
    const auto cached = open(StateMode::read)->cached_snapshot().value();
    ASSERT_TRUE(cached.has_value());
    EXPECT_EQ(cached->snapshot, fleet());
    EXPECT_EQ(cached->target, kTarget);
    EXPECT_EQ(cached->read_at, kNow);
}

TEST_F(SnapshotCacheTest, Save_Again_ReplacesThisTargetsOnly) {
    ASSERT_TRUE(open(StateMode::read, "sandbox:x")->save_snapshot(fleet()).has_value());
    const auto file = open(StateMode::read);
    ASSERT_TRUE(file->save_snapshot(fleet()).has_value());
    Snapshot smaller = fleet();
    smaller.resources.pop_back();
    smaller.consistent = true;
    ASSERT_TRUE(file->save_snapshot(smaller).has_value());
    EXPECT_EQ(file->cached_snapshot().value()->snapshot, smaller);
    EXPECT_EQ(open(StateMode::read, "sandbox:x")->cached_snapshot().value()->snapshot, fleet());
    EXPECT_FALSE(open(StateMode::read, "sandbox:y")->cached_snapshot().value().has_value());
}

TEST_F(SnapshotCacheTest, Save_EmptyFleet_IsNotTheSameAsNoSnapshot) {
    const auto file = open(StateMode::read);
    ASSERT_TRUE(file->save_snapshot({}).has_value());
    ASSERT_TRUE(file->cached_snapshot().value().has_value());
    EXPECT_EQ(file->cached_snapshot().value()->snapshot, Snapshot());
}

TEST_F(SnapshotCacheTest, Save_ChangesNeitherLineageNorSerialNorBindings) {
    const auto writer = open(StateMode::write);
    ASSERT_TRUE(writer->commit(Parts{.bind = {binding("a", "1")}}).has_value());
    const std::string lineage = writer->lineage().value();
    ASSERT_TRUE(open(StateMode::read)->save_snapshot(fleet()).has_value());
    EXPECT_EQ(writer->lineage().value(), lineage);
    EXPECT_EQ(writer->serial().value(), 1);
    EXPECT_THAT(writer->bindings().value(), ElementsAre(binding("a", "1")));
}

TEST_F(SnapshotCacheTest, Read_PageThatIsCutAnywhere_IsAnErrorOrShorter) {
    ASSERT_TRUE(open(StateMode::read)->save_snapshot(fleet()).has_value());
    std::size_t errors = 0;
    while (true) {
        // One byte less each time.
        tamper("UPDATE snapshot_pages SET resources = substr(resources, 1, length(resources) - 1)");
        const auto cached = open(StateMode::read)->cached_snapshot();
        if (!cached) {
            EXPECT_EQ(cached.error().code, ErrorCode::state);
            ++errors;
        } else if (cached.value()->snapshot.resources.empty()) {
            break;
        }
    }
    EXPECT_GT(errors, 100U);
}

TEST_F(SnapshotCacheTest, Save_SeveralProcessesOnANewState_AllSucceedWithOneLineage) {
    std::vector<pid_t> children;
    for (int i = 0; i < 4; ++i) {
        const pid_t child = ::fork();
        if (child == 0) ::_exit(open(StateMode::read)->save_snapshot(fleet()) ? 0 : 1);
        children.push_back(child);
    }
    for (const pid_t child : children) {
        int status = 0;
        ASSERT_EQ(::waitpid(child, &status, 0), child);
        EXPECT_EQ(status, 0);
    }
    const auto file = open(StateMode::read);
    EXPECT_EQ(file->lineage().value().size(), 32U);
    EXPECT_EQ(file->cached_snapshot().value()->snapshot, fleet());
}

}  // namespace
}  // namespace tlm
