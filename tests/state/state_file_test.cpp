#include "state/state_file.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "state/maintenance.h"
#include "tests/state/state_fixture.h"

namespace tlm {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST_F(StateTest, OpenToRead_MissingFile_ReadsAsEmptyAndCreatesNothing) {
    const auto file = open(StateMode::read);
    EXPECT_EQ(file->lineage().value(), "");
    EXPECT_EQ(file->serial().value(), 0);
    EXPECT_THAT(file->bindings().value(), IsEmpty());
    EXPECT_THAT(file->left_behind().value(), IsEmpty());
    EXPECT_THAT(file->open_intents().value(), IsEmpty());
    EXPECT_THAT(file->progress_of("digest-1").value().made, IsEmpty());
    EXPECT_THAT(file->runs().value(), IsEmpty());
    EXPECT_THAT(file->entries("run").value(), IsEmpty());
    EXPECT_FALSE(file->cached_snapshot().value().has_value());
    EXPECT_TRUE(directory_.empty());
}

TEST_F(StateTest, OpenToRead_EmptyFile_ReadsAsEmptyAndLeavesItSo) {
    path_ = directory_.file("state.db");
    std::fclose(std::fopen(path_.c_str(), "w"));
    EXPECT_THAT(open(StateMode::read)->bindings().value(), IsEmpty());
    EXPECT_EQ(std::filesystem::file_size(path_), 0U);
}

TEST_F(StateTest, OpenToWrite_UnderOpenUmask_IsForTheOwnerOnly) {
    const mode_t before = ::umask(0);
    const auto file = open(StateMode::write);
    ASSERT_TRUE(file->commit(Parts{.bind = {binding("one", "1")}}).has_value());
    ::umask(before);
    EXPECT_EQ(mode_of(path_), 0600U);
    EXPECT_EQ(mode_of(path_ + "-wal"), 0600U);
    EXPECT_EQ(mode_of(path_ + "-shm"), 0600U);
    EXPECT_EQ(mode_of(directory_.file("deep")), 0700U);
    EXPECT_EQ(mode_of(directory_.file("deep/er")), 0700U);
}

TEST_F(StateTest, Lineage_OfTwoStates_DiffersAndStays) {
    const std::string first = open(StateMode::write)->lineage().value();
    EXPECT_EQ(first.size(), 32U);
    EXPECT_EQ(open(StateMode::write)->lineage().value(), first);
    EXPECT_EQ(open(StateMode::read)->lineage().value(), first);
    path_ = directory_.file("other.db");
    EXPECT_NE(open(StateMode::write)->lineage().value(), first);
}

TEST_F(StateTest, Bindings_AfterReopening_AreTheSameInOrderOfAddress) {
    Binding task{Address::task("audit", "a/b", "50% of\nit"), "", {"9"}, {"team-1"}, {}};
    const Binding team{Address::team_of("audit", "t"), "key", {"8"}, {}, {}};
    // By text, `audit-2/…` would come before `audit/…`.
    Binding other = binding("z", "7");
    other.address.workflow = "audit-2";
    {
        const auto file = open(StateMode::write);
        ASSERT_TRUE(file->commit(Parts{.bind = {other, task, team, binding("b", "2"), binding("a", "1")}})
                        .has_value());
    }
    EXPECT_THAT(open(StateMode::read)->bindings().value(),
                ElementsAre(binding("a", "1"), binding("b", "2"), team, task, other));
}

TEST_F(StateTest, Bindings_OfAnotherTarget_AreNotShown) {
    ASSERT_TRUE(open(StateMode::write)->commit(Parts{.bind = {binding("a", "1")}}).has_value());
    ASSERT_TRUE(open(StateMode::write, "sandbox:x")->commit(Parts{.bind = {binding("a", "2")}}).has_value());
    EXPECT_THAT(open(StateMode::read)->bindings().value(), ElementsAre(binding("a", "1")));
    EXPECT_THAT(open(StateMode::read, "sandbox:x")->bindings().value(), ElementsAre(binding("a", "2")));
    EXPECT_THAT(open(StateMode::read, "sandbox:y")->bindings().value(), IsEmpty());
}

TEST_F(StateTest, Commit_OfTheSameAddress_ReplacesTheBinding) {
    const auto file = open(StateMode::write);
    ASSERT_TRUE(file->commit(Parts{.bind = {binding("a", "1"), binding("b", "2")}}).has_value());
    ASSERT_TRUE(
        file->commit(Parts{.bind = {binding("a", "3")}, .unbind = {binding("b", "").address}}).has_value());
    EXPECT_THAT(file->bindings().value(), ElementsAre(binding("a", "3")));
}

TEST_F(StateTest, Commit_UnboundAndBoundInOneBatch_EndsUpBound) {
    const auto file = open(StateMode::write);
    ASSERT_TRUE(file->commit(Parts{.bind = {binding("a", "1")}}).has_value());
    ASSERT_TRUE(
        file->commit(Parts{.bind = {binding("a", "2")}, .unbind = {binding("a", "").address}}).has_value());
    EXPECT_THAT(file->bindings().value(), ElementsAre(binding("a", "2")));
}

TEST_F(StateTest, Serial_GrowsOnlyWhenBindingsChange) {
    const auto file = open(StateMode::write);
    const auto after = [&](const JournalBatch& batch) {
        EXPECT_TRUE(file->commit(batch).has_value());
        return file->serial().value();
    };
    EXPECT_EQ(after(Parts{.bind = {binding("a", "1"), binding("b", "2")}}), 1);
    EXPECT_EQ(after(Parts{.bind = {binding("a", "1")}}), 1) << "the binding was the same before";
    EXPECT_EQ(after(Parts{.unbind = {binding("c", "").address}}), 1) << "there was nothing to unbind";
    EXPECT_EQ(after(Parts{.left_behind = {{{"1"}, binding("a", "").address}}}), 1);
    EXPECT_EQ(after(Parts{.bind = {binding("a", "3")}}), 2);
    EXPECT_EQ(after(Parts{.unbind = {binding("a", "").address}}), 3);
}

TEST_F(StateTest, LeftBehind_CommittedTwice_IsKeptOnce) {
    const LeftBehind left{{"1"}, Address::agent("audit", "a")};
    const auto file = open(StateMode::write);
    ASSERT_TRUE(file->commit(Parts{.left_behind = {left}}).has_value());
    ASSERT_TRUE(file->commit(Parts{.left_behind = {left}}).has_value());
    EXPECT_THAT(file->left_behind().value(), ElementsAre(left));
}

TEST_F(StateTest, OpenToRead_StateOpenForWriting_SeesWhatWasCommitted) {
    const auto writer = open(StateMode::write);
    const auto reader = open(StateMode::read);
    ASSERT_TRUE(writer->commit(Parts{.bind = {binding("a", "1")}}).has_value());
    EXPECT_THAT(reader->bindings().value(), ElementsAre(binding("a", "1")));
}

TEST_F(StateTest, Write_StateOpenedToRead_IsRefused) {
    ASSERT_TRUE(open(StateMode::write)->commit(Parts{.bind = {binding("a", "1")}}).has_value());
    const auto file = open(StateMode::read);
    EXPECT_FALSE(file->commit(Parts{.bind = {binding("b", "2")}}).has_value());
    EXPECT_FALSE(file->begin_run("apply", "digest").has_value());
    EXPECT_THAT(file->bindings().value(), ElementsAre(binding("a", "1")));
}

TEST_F(StateTest, Commit_FileDeletedMeanwhile_SaysSoInsteadOfWritingIntoNowhere) {
    const auto file = open(StateMode::write);
    std::filesystem::remove(path_);
    const auto committed = file->commit(Parts{.bind = {binding("a", "1")}});
    ASSERT_FALSE(committed.has_value());
    EXPECT_EQ(committed.error().code, ErrorCode::state);
    EXPECT_THAT(committed.error().message, HasSubstr("moved or deleted"));
}

TEST_F(StateTest, Backup_LinkInThePlaceOfTheTemporaryFile_IsNotFollowed) {
    ASSERT_TRUE(open(StateMode::write)->commit(Parts{.bind = {binding("a", "1")}}).has_value());
    const std::string precious = directory_.file("precious");
    std::ofstream(precious) << "text";
    const std::string copy = directory_.file("copy.db");
    std::filesystem::create_symlink(precious, copy + "." + std::to_string(::getpid()) + ".tmp");
    ASSERT_TRUE(back_up_state(path_, copy).has_value());
    EXPECT_EQ(std::filesystem::file_size(precious), 4U);
    EXPECT_FALSE(std::filesystem::is_symlink(copy));
    EXPECT_EQ(mode_of(copy), 0600U);
}

}  // namespace
}  // namespace tlm
