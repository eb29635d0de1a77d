#include "providers/sandbox/sandbox.h"

#include <gmock/gmock.h>

#include "tests/providers/sandbox/sandbox_fixture.h"

namespace tlm {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

Attributes some_attributes() {
    Attributes attributes;
    attributes.set(Attribute::label, std::string("na\xC3\xAFve \"one\""));
    attributes.set(Attribute::program_args, StringList{"--model", "opus"});
    attributes.set(Attribute::docker_image, std::string("img:1"));
    attributes.set(Attribute::cpus, std::int64_t{4});
    return attributes;
}

std::string_view status(const LiveResource& resource) {
    return resource.attributes.text(Attribute::status);
}

TEST_F(SandboxTest, Create_Agent_KeepsEveryAttributeAndStartsOffline) {
    Attributes given = some_attributes();
    given.set(Attribute::status, std::string("online"));
    const auto sandbox = open();
    const LiveResource agent = made(*sandbox, Kind::agent, CreateCall{"tlm-agent", {}, given});
    EXPECT_EQ(agent.kind, Kind::agent);
    EXPECT_EQ(agent.name, "tlm-agent");
    EXPECT_EQ(agent.created_at.text(), "2026-11-23T10:15:00.123Z");
    EXPECT_THAT(agent.id.text(),
                testing::MatchesRegex("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"));
    Attributes expected = some_attributes();
    expected.set(Attribute::status, std::string("offline"));
    EXPECT_EQ(agent.attributes, expected);
    EXPECT_THAT(open()->read_fleet().value().resources, ElementsAre(agent));
}

TEST_F(SandboxTest, Create_SameNameTwice_MakesTwo) {
    const auto sandbox = open();
    const LiveResource one = made(*sandbox, Kind::agent, CreateCall{"tlm-agent", {}, {}});
    const LiveResource two = made(*sandbox, Kind::agent, CreateCall{"tlm-agent", {}, {}});
    EXPECT_NE(one.id, two.id);
    EXPECT_THAT(find_one(*sandbox, Kind::agent, "tlm-agent", {}), UnorderedElementsAre(one, two));
}

TEST_F(SandboxTest, Find_TakesKindAndTeamIntoAccount) {
    const auto sandbox = open();
    const LiveResource agent = made(*sandbox, Kind::agent, CreateCall{"x", {}, {}});
    const LiveResource team = made(*sandbox, Kind::team, CreateCall{"x", {}, {}});
    const LiveResource here = made(*sandbox, Kind::task, CreateCall{"x", {"team-1"}, {}});
    const LiveResource there = made(*sandbox, Kind::task, CreateCall{"x", {"team-2"}, {}});
    EXPECT_THAT(find_one(*sandbox, Kind::agent, "x", {"team-1"}), ElementsAre(agent));
    EXPECT_THAT(find_one(*sandbox, Kind::team, "x", {}), ElementsAre(team));
    EXPECT_THAT(find_one(*sandbox, Kind::task, "x", {"team-1"}), ElementsAre(here));
    EXPECT_THAT(find_one(*sandbox, Kind::task, "x", {"team-2"}), ElementsAre(there));
    EXPECT_THAT(find_one(*sandbox, Kind::task, "x", {"team-3"}), IsEmpty());
    EXPECT_THAT(find_one(*sandbox, Kind::agent, "y", {}), IsEmpty());
}

TEST_F(SandboxTest, Update_SetsWhatIsGivenAndKeepsTheRest) {
    const auto sandbox = open();
    const LiveResource agent = made(*sandbox, Kind::agent, CreateCall{"a", {}, some_attributes()});
    Attributes change;
    change.set(Attribute::cpus, std::int64_t{8});
    change.set(Attribute::memory, std::string("8g"));
    LiveResource expected = agent;
    expected.attributes.set(Attribute::cpus, std::int64_t{8});
    expected.attributes.set(Attribute::memory, std::string("8g"));
    EXPECT_EQ(made(*sandbox, Kind::agent, UpdateCall{agent.id, {}, change}), expected);
    EXPECT_THAT(open()->read_fleet().value().resources, ElementsAre(expected));
}

TEST_F(SandboxTest, Rename_ChangesTheNameAndNothingElse) {
    const auto sandbox = open();
    for (const Kind kind : {Kind::agent, Kind::team}) {
        LiveResource expected = made(*sandbox, kind, CreateCall{"a", {}, {}});
        expected.name = "b";
        EXPECT_EQ(made(*sandbox, kind, RenameCall{expected.id, "b"}), expected);
        EXPECT_THAT(find_one(*sandbox, kind, "b", {}), ElementsAre(expected));
        EXPECT_TRUE(std::holds_alternative<CallGone>(carry_out(*sandbox, kind, RenameCall{{"no"}, "b"})));
    }
    EXPECT_TRUE(std::holds_alternative<CallRefused>(
        carry_out(*sandbox, Kind::task, RenameCall{task(*sandbox, "t").id, "b"})));
}

TEST_F(SandboxTest, StartAndStop_Repeated_AreDoneEachTime) {
    const auto sandbox = open();
    const LiveResource agent = made(*sandbox, Kind::agent, CreateCall{"a", {}, {}});
    for (int i = 0; i < 2; ++i)
        EXPECT_EQ(status(made(*sandbox, Kind::agent, StartCall{agent.id})), "online");
    EXPECT_EQ(status(by_name(*sandbox)["a"]), "online");
    for (int i = 0; i < 2; ++i)
        EXPECT_EQ(status(made(*sandbox, Kind::agent, StopCall{agent.id})), "offline");
    EXPECT_EQ(status(by_name(*sandbox)["a"]), "offline");
}

TEST_F(SandboxTest, AnyCall_IdIsUnknownOrOfAnotherKind_IsGone) {
    const auto sandbox = open();
    const ResourceId team = made(*sandbox, Kind::team, CreateCall{"t", {}, {}}).id;
    for (const ResourceId& id : {ResourceId{"nobody"}, team}) {
        EXPECT_TRUE(
            std::holds_alternative<CallGone>(carry_out(*sandbox, Kind::agent, UpdateCall{id, {}, {}})));
        EXPECT_TRUE(std::holds_alternative<CallGone>(carry_out(*sandbox, Kind::agent, StartCall{id})));
        EXPECT_TRUE(std::holds_alternative<CallGone>(carry_out(*sandbox, Kind::agent, StopCall{id})));
        EXPECT_TRUE(std::holds_alternative<CallGone>(carry_out(*sandbox, Kind::agent, DeleteCall{id})));
        EXPECT_TRUE(
            std::holds_alternative<CallGone>(carry_out(*sandbox, Kind::task, UpdateCall{id, {}, {}})));
    }
    EXPECT_EQ(by_name(*sandbox).size(), 1U);
}

TEST_F(SandboxTest, Delete_Agent_IsDoneOnceThenGone) {
    const auto sandbox = open();
    const LiveResource agent = made(*sandbox, Kind::agent, CreateCall{"a", {}, {}});
    EXPECT_TRUE(std::holds_alternative<CallDone>(carry_out(*sandbox, Kind::agent, DeleteCall{agent.id})));
    EXPECT_TRUE(std::holds_alternative<CallGone>(carry_out(*sandbox, Kind::agent, DeleteCall{agent.id})));
    EXPECT_THAT(by_name(*sandbox), IsEmpty());
}

TEST_F(SandboxTest, Delete_Team_LeavesItsTasksAndMembersAreNeverChecked) {
    const auto sandbox = open();
    Attributes members;
    members.set(Attribute::members, StringList{"no such agent"});
    const LiveResource team = made(*sandbox, Kind::team, CreateCall{"t", {}, members});
    EXPECT_EQ(team.attributes, members);
    const LiveResource work = made(*sandbox, Kind::task, CreateCall{"s", team.id, {}});
    EXPECT_TRUE(std::holds_alternative<CallDone>(carry_out(*sandbox, Kind::team, DeleteCall{team.id})));
    EXPECT_THAT(find_one(*sandbox, Kind::task, "s", team.id), ElementsAre(work));
}

TEST_F(SandboxTest, Delete_Task_IsRefused) {
    const auto sandbox = open();
    const LiveResource work = task(*sandbox, "s");
    EXPECT_TRUE(std::holds_alternative<CallRefused>(carry_out(*sandbox, Kind::task, DeleteCall{work.id})));
    EXPECT_EQ(by_name(*sandbox).size(), 1U);
}

TEST_F(SandboxTest, Wait_ReturnsAllThatWereSubmittedInOrderAndThenNothing) {
    const auto sandbox = open();
    const CallId first = submit(*sandbox, Kind::agent, CreateCall{"a", {}, {}});
    const CallId second = submit(*sandbox, Kind::agent, StartCall{{"nobody"}});
    const CallId third = submit(*sandbox, Kind::agent, CreateCall{"b", {}, {}});
    const auto completions = sandbox->wait(kForever);
    ASSERT_EQ(completions.size(), 3U);
    EXPECT_EQ(completions[0].id, first);
    EXPECT_EQ(completions[1].id, second);
    EXPECT_TRUE(std::holds_alternative<CallGone>(completions[1].outcome));
    EXPECT_EQ(completions[2].id, third);
    EXPECT_THAT(sandbox->wait(kForever), IsEmpty());
}

TEST_F(SandboxTest, Wait_Returned_OthersSeeEverything) {
    const auto sandbox = open();
    submit(*sandbox, Kind::agent, CreateCall{"a", {}, {}});
    submit(*sandbox, Kind::agent, CreateCall{"b", {}, {}});
    EXPECT_EQ(sandbox->wait(kForever).size(), 2U);
    EXPECT_EQ(by_name(*open()).size(), 2U);
}

TEST_F(SandboxTest, Find_BetweenSubmitAndWait_SeesTheCallAndKeepsItsCompletion) {
    const auto sandbox = open();
    submit(*sandbox, Kind::agent, CreateCall{"a", {}, {}});
    EXPECT_EQ(find_one(*sandbox, Kind::agent, "a", {}).size(), 1U);
    submit(*sandbox, Kind::agent, CreateCall{"b", {}, {}});
    EXPECT_EQ(sandbox->wait(kForever).size(), 2U);
    EXPECT_EQ(by_name(*open()).size(), 2U);
}

TEST_F(SandboxTest, ReadFleet_PendingTaskWithoutPredecessors_IsCompletedByThatRead) {
    const auto sandbox = open();
    EXPECT_EQ(status(task(*sandbox, "s")), "pending");
    EXPECT_EQ(status(by_name(*sandbox)["s"]), "completed");
    EXPECT_EQ(status(find_one(*open(), Kind::task, "s", {"team-1"}).front()), "completed") << "it is stored";
}

TEST_F(SandboxTest, ReadFleet_ChainOfTasks_AdvancesOneLinkARead) {
    const auto sandbox = open();
    const LiveResource first = task(*sandbox, "1");
    const LiveResource second = task(*sandbox, "2", {first.id.text()});
    const LiveResource third = task(*sandbox, "3", {second.id.text(), first.id.text()});
    for (int read = 1; read <= 3; ++read) {
        auto fleet = by_name(*sandbox);
        EXPECT_EQ(status(fleet["1"]), "completed");
        EXPECT_EQ(status(fleet["2"]), read >= 2 ? "completed" : "pending") << "read " << read;
        EXPECT_EQ(status(fleet["3"]), read >= 3 ? "completed" : "pending") << "read " << read;
    }
    EXPECT_EQ(third.attributes.find(Attribute::blocked_by)->index(), 2U);
}

TEST_F(SandboxTest, ReadFleet_PredecessorUnknownOrFailed_LeavesTheTaskPending) {
    const auto sandbox = open();
    Attributes failed;
    failed.set(Attribute::status, std::string("failed"));
    const LiveResource broken = task(*sandbox, "broken");
    made(*sandbox, Kind::task, UpdateCall{broken.id, {"team-1"}, failed});
    task(*sandbox, "after broken", {broken.id.text()});
    task(*sandbox, "after nobody", {"no such task"});
    for (int read = 0; read < 2; ++read) {
        auto fleet = by_name(*sandbox);
        EXPECT_EQ(status(fleet["broken"]), "failed");
        EXPECT_EQ(status(fleet["after broken"]), "pending");
        EXPECT_EQ(status(fleet["after nobody"]), "pending");
    }
}

TEST_F(SandboxTest, Find_PendingTask_DoesNotMakeProgress) {
    const auto sandbox = open();
    task(*sandbox, "s");
    for (int i = 0; i < 2; ++i) {
        EXPECT_EQ(status(find_one(*sandbox, Kind::task, "s", {"team-1"}).front()), "pending");
    }
}

}  // namespace
}  // namespace tlm
