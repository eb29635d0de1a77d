#include <fmt/format.h>
#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/state/state_fixture.h"

namespace tlm {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class SnapshotCacheTest : public StateTest {
  protected:
    static Snapshot fleet() {
        Snapshot snapshot;
        snapshot.resources.push_back({Kind::task, {"3"}, "subject", {"2"}, {"2026-01-01T00:00:00Z"}, {}});
        snapshot.resources.push_back({Kind::team, {"2"}, "tlm-team", {}, {}, {}});
        snapshot.resources.push_back({Kind::agent, {"1"}, "", {}, {}, attributes()});
        snapshot.consistent = false;
        return snapshot;
    }
    static Snapshot by_id(Snapshot snapshot) {
        std::ranges::sort(snapshot.resources, {}, &LiveResource::id);
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

// A resource that comes, goes or changes moves nothing but what is on its page.
TEST_F(SnapshotCacheTest, Save_OneOfManyHasChanged_WritesOnePage) {
    Snapshot large;
    for (int i = 0; i < 20'000; ++i)
        large.resources.push_back({Kind::agent, {std::to_string(i)}, "n", {}, {}, attributes()});
    const auto file = open(StateMode::read);
    ASSERT_TRUE(file->save_snapshot(large).has_value());
    tamper(
        "CREATE TABLE written(what); "
        "CREATE TRIGGER a AFTER INSERT ON snapshot_pages BEGIN INSERT INTO written VALUES ('new'); END; "
        "CREATE TRIGGER b AFTER UPDATE ON snapshot_pages BEGIN INSERT INTO written VALUES ('changed'); END; "
        "CREATE TRIGGER c AFTER DELETE ON snapshot_pages BEGIN INSERT INTO written VALUES ('gone'); END");
    // A file with triggers is not opened any more.
    const auto expect_one = [&](const std::string& what) {
        ASSERT_TRUE(file->save_snapshot(large).has_value()) << what;
        EXPECT_EQ(number("SELECT count(*) FROM written"), 1) << what;
        EXPECT_EQ(by_id(file->cached_snapshot().value()->snapshot), by_id(large)) << what;
        tamper("DELETE FROM written");
    };
    large.resources[7'000].name = "other";
    expect_one("changed");
    large.resources.push_back({Kind::task, {"new"}, "n", {}, {}, {}});
    expect_one("came");
    large.resources.erase(large.resources.begin() + 12'345);
    expect_one("went");
    EXPECT_GT(number("SELECT count(*) FROM snapshot_pages"), 40);
}

TEST_F(SnapshotCacheTest, Read_PageThatIsCutAnywhere_IsAnErrorUntilTheFleetIsReadAgain) {
    Snapshot unmoved = fleet();
    unmoved.version = "1";
    ASSERT_TRUE(open(StateMode::read)->save_snapshot(unmoved).has_value());
    const std::int64_t size = number("SELECT sum(length(resources)) FROM snapshot_pages");
    std::int64_t errors = 0;
    for (std::int64_t cut = 1; cut < size; ++cut) {
        tamper(fmt::format(
            "UPDATE snapshot_pages SET resources = substr(resources, 1, length(resources) - {})", cut));
        const auto cached = open(StateMode::read)->cached_snapshot();
        if (!cached) {
            ++errors;
            EXPECT_EQ(cached.error().code, ErrorCode::state);
            EXPECT_THAT(cached.error().hints, ElementsAre(HasSubstr("without --refresh=false")));
        } else {
            EXPECT_LT(cached.value()->snapshot.resources.size(), unmoved.resources.size());
            tamper("DELETE FROM snapshots");
        }
        ASSERT_TRUE(open(StateMode::read)->save_snapshot(unmoved).has_value());
        const auto again = open(StateMode::read)->cached_snapshot();
        ASSERT_TRUE(again && again.value()) << cut;
        ASSERT_EQ(by_id(again.value()->snapshot), by_id(unmoved)) << cut;
    }
    EXPECT_GT(errors, size / 2);
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
