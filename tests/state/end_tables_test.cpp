// How tasks ended and which workflows are torn down, as the state remembers it.
#include <gmock/gmock.h>

#include "tests/state/state_fixture.h"

namespace tlm {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class EndTablesTest : public StateTest {
  protected:
    static EndedTask ended(const std::string& subject, const std::string& id, TaskEnd end) {
        return {Address::task("wf", "a/b", subject), {id}, end};
    }
};

TEST_F(EndTablesTest, Ends_AreReadBackByAddressAndReplaced) {
    const auto file = open(StateMode::write);
    ASSERT_TRUE(
        file->commit({.ended = {ended("two", "", TaskEnd::skipped), ended("one", "1", TaskEnd::failed)},
                      .torn_down = {{"wf", false}}}));
    ASSERT_TRUE(
        file->commit({.ended = {ended("one", "1", TaskEnd::completed)}, .torn_down = {{"wf", true}}}));
    const auto again = open(StateMode::read);
    EXPECT_THAT(again->ended_tasks().value(),
                ElementsAre(ended("one", "1", TaskEnd::completed), ended("two", "", TaskEnd::skipped)));
    EXPECT_THAT(again->torn_down().value(), ElementsAre(TornDown{"wf", true}));
    EXPECT_THAT(open(StateMode::read, "https://other.example")->ended_tasks().value(), IsEmpty());
}

TEST_F(EndTablesTest, AddressBoundToAnotherTask_ItsEndSaysNothingAnyMore) {
    const auto file = open(StateMode::write);
    const EndedTask one = ended("one", "1", TaskEnd::completed);
    ASSERT_TRUE(file->commit({.bind = {{one.address, "", {"1"}, {"t"}, {}}}, .ended = {one}}));
    EXPECT_THAT(file->ended_tasks().value(), ElementsAre(one));
    ASSERT_TRUE(file->commit({.unbind = {one.address}}));
    EXPECT_THAT(file->ended_tasks().value(), ElementsAre(one)) << "with its team it may be gone";
    ASSERT_TRUE(file->commit({.bind = {{one.address, "", {"2"}, {"t"}, {}}}}));
    EXPECT_THAT(file->ended_tasks().value(), IsEmpty());
}

TEST_F(EndTablesTest, Forgetting_IsOfATaskATeamOrAWorkflow) {
    const auto file = open(StateMode::write);
    const EndedTask one = ended("one", "1", TaskEnd::completed);
    const EndedTask two = ended("two", "2", TaskEnd::completed);
    const EndedTask other{Address::task("wf", "a", "b/c"), {"3"}, TaskEnd::failed};
    const JournalBatch all{.ended = {one, two, other}, .torn_down = {{"other", true}, {"wf", true}}};
    ASSERT_TRUE(file->commit(all));
    ASSERT_TRUE(file->commit({.forget_ends = {one.address}}));
    EXPECT_THAT(file->ended_tasks().value(), ElementsAre(other, two));
    ASSERT_TRUE(file->commit(all));
    ASSERT_TRUE(file->commit({.forget_ends = {Address::team_of("wf", "a/b")}}));
    EXPECT_THAT(file->ended_tasks().value(), ElementsAre(other));
    ASSERT_TRUE(file->commit({.revive = {"wf"}}));
    EXPECT_THAT(file->torn_down().value(), ElementsAre(TornDown{"other", true}));
    EXPECT_THAT(file->ended_tasks().value(), ElementsAre(other));
    ASSERT_TRUE(file->commit(all));
    ASSERT_TRUE(file->commit({.forget = {"wf"}}));
    EXPECT_THAT(file->ended_tasks().value(), IsEmpty());
    EXPECT_THAT(file->torn_down().value(), ElementsAre(TornDown{"other", true}));
}

TEST_F(EndTablesTest, EndOfAnUnknownKind_IsDamage) {
    ASSERT_TRUE(open(StateMode::write)->commit({.ended = {ended("one", "1", TaskEnd::completed)}}));
    tamper("UPDATE ended_tasks SET end = 'eaten'");
    EXPECT_EQ(open(StateMode::read)->ended_tasks().error().code, ErrorCode::state);
}

}  // namespace
}  // namespace tlm
