#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/rekey/adoption.h"
#include "engine/rekey/carry_out.h"
#include "engine/rekey/forget.h"
#include "engine/rekey/move.h"
#include "engine/resource/key.h"
#include "tests/support/world.h"

namespace tlm::test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

class Rekey : public testing::Test {
  protected:
    Rekey() {
        world.apply(world.plan().plan);
        world.complete_tasks();
        world.apply(world.plan().plan);
        world.fleet.sent.clear();
    }

    Result<MovePlan> move(const std::string& from, const std::string& to) {
        snapshot = world.fleet.everything();
        bindings = world.state.bindings().value();
        return plan_move(from, to, snapshot, FleetIndex(snapshot, bindings, world.state.left), bindings);
    }
    RekeyReport carry(const std::vector<Rekeying>& what) {
        RekeySettings settings;
        settings.run = "run";
        return carry_out(what, {world.fleet, world.state, world.clock}, settings);
    }
    void moved(const std::string& from, const std::string& to) {
        items = move(from, to).value().items;
        const RekeyReport report = carry(items);
        EXPECT_THAT(report.failed, IsEmpty());
        EXPECT_FALSE(report.stopped_by);
    }
    void rename_agent(const std::string& from, const std::string& to) {
        Workflow& workflow = world.workflows[0];
        for (AgentSpec& agent : workflow.agents)
            if (agent.name == from) agent.name = to;
        for (TeamSpec& team : workflow.teams) {
            std::ranges::replace(team.agents, from, to);
            for (TaskSpec& task : team.tasks)
                if (task.assign_to == from) task.assign_to = to;
        }
    }
    ResourceId id_of(const Address& address) { return world.state.bound.at(address).id; }
    std::vector<std::string> bound() {
        std::vector<std::string> addresses;
        for (const auto& [address, binding] : world.state.bound)
            addresses.push_back(address.text());
        return addresses;
    }

    World world;
    Snapshot snapshot;
    std::vector<Binding> bindings;
    std::vector<Rekeying> items;
};

TEST_F(Rekey, Workflow_EverythingFollowsAndThePlanOfTheRenamedOneHasNoChanges) {
    moved("wf", "audit");
    world.workflows[0].name = "audit";
    EXPECT_THAT(world.plan().plan.changes, IsEmpty());
    EXPECT_EQ(world.plan().plan.unchanged, 5U);
    EXPECT_THAT(bound(),
                UnorderedElementsAre("audit/agent/architect", "audit/agent/builder", "audit/team/crew",
                                     "audit/task/crew/design", "audit/task/crew/build"));
    EXPECT_EQ(world.fleet.sent.size(), 3U);
    EXPECT_THAT(world.plan().strays, IsEmpty());
}

TEST_F(Rekey, WorkflowOfALostState_IsMovedByWhatTheKeysProve) {
    world.state.bound.clear();
    moved("wf/*", "audit/*");
    world.workflows[0].name = "audit";
    EXPECT_THAT(lines(world.plan().plan),
                ElementsAre("adopt audit/task/crew/build unbound", "adopt audit/task/crew/design unbound"));
}

TEST_F(Rekey, Agent_WhoNamesItFollowsAndOnlyItsLabelIsLeftToTheNextApply) {
    moved("wf/agent/architect", "wf/agent/chief");
    rename_agent("architect", "chief");
    const Plan plan = world.plan().plan;
    EXPECT_THAT(lines(plan), ElementsAre("update wf/agent/chief workflow_changed"));
    ASSERT_EQ(plan.changes[0].attributes.size(), 1U);
    EXPECT_EQ(plan.changes[0].attributes[0].attribute, Attribute::label);
    const Binding& team = world.state.bound.at(Address::team_of("wf", "crew"));
    EXPECT_EQ(*team.applied.find(Attribute::members), Value(StringList({"builder", "chief"})));
    const Binding& task = world.state.bound.at(Address::task("wf", "crew", "design"));
    EXPECT_EQ(task.applied.find(Attribute::assign_to), Value("chief"));
}

TEST_F(Rekey, Team_ItsTasksFollow) {
    moved("wf/team/crew", "wf/team/band");
    world.workflows[0].teams[0].name = "band";
    EXPECT_THAT(world.plan().plan.changes, IsEmpty());
    EXPECT_THAT(bound(), Contains("wf/task/band/design"));
}

TEST_F(Rekey, MovedBefore_IsSaidAndNoError) {
    moved("wf/agent/architect", "wf/agent/chief");
    EXPECT_TRUE(move("wf/agent/architect", "wf/agent/chief").value().moved_before);
    moved("wf", "audit");
    EXPECT_TRUE(move("wf", "audit").value().moved_before);
}

TEST_F(Rekey, LiveRenamedAndStateNotYet_OnlyTheStateIsMoved) {
    const ResourceId id = id_of(Address::agent("wf", "architect"));
    world.fleet.get(id)->name = Key::derive("wf", "chief").text();
    moved("wf/agent/architect", "wf/agent/chief");
    EXPECT_THAT(world.fleet.sent, IsEmpty());
    EXPECT_EQ(id_of(Address::agent("wf", "chief")), id);
    EXPECT_THAT(bound(), testing::Not(Contains("wf/agent/architect")));
}

TEST_F(Rekey, WhatDoesNotFit_IsRefused) {
    EXPECT_EQ(move("wf/agent/architect", "wf/agent/builder").error().code, ErrorCode::conflict);
    EXPECT_EQ(move("wf/agent/architect", "wf/team/x").error().code, ErrorCode::bad_input);
    EXPECT_EQ(move("wf/task/crew/design", "wf/task/crew/x").error().code, ErrorCode::bad_input);
    EXPECT_EQ(move("wf", "wf/agent/x").error().code, ErrorCode::bad_input);
    EXPECT_EQ(move("wf", "wf").error().code, ErrorCode::bad_input);
    const auto unknown = move("wf/agent/architekt", "wf/agent/x");
    EXPECT_EQ(unknown.error().code, ErrorCode::not_found);
    EXPECT_THAT(unknown.error().hints, Contains("Did you mean `wf/agent/architect`?"));
    EXPECT_EQ(move("vw", "x").error().code, ErrorCode::not_found);
    world.workflows.push_back(sample_workflow("audit"));
    world.apply(world.plan().plan);
    EXPECT_EQ(move("wf", "audit").error().code, ErrorCode::conflict);
}

TEST_F(Rekey, LostAnswer_IsSentAgainAndBoundOnce) {
    int calls = 0;
    world.fleet.fault = [&](const Call&, const FakeFleet::Apply& apply) -> CallOutcome {
        if (++calls > 1) return apply();
        apply();
        return CallUnknown{"reset"};
    };
    moved("wf/agent/architect", "wf/agent/chief");
    EXPECT_EQ(calls, 2);
    EXPECT_THAT(world.state.open_intents().value(), IsEmpty());
    EXPECT_THAT(bound(), Contains("wf/agent/chief"));
}

TEST_F(Rekey, StateFullBeforeTheCall_NothingIsSent) {
    items = move("wf", "audit").value().items;
    world.state.fail_commits_after = world.state.commits;
    const RekeyReport report = carry(items);
    ASSERT_TRUE(report.stopped_by);
    EXPECT_EQ(report.stopped_by->code, ErrorCode::state);
    EXPECT_THAT(world.fleet.sent, IsEmpty());
    EXPECT_EQ(report.not_started, 3U);
}

TEST_F(Rekey, StateFullAfterTheCall_TheNextStartBindsIt) {
    items = move("wf", "audit").value().items;
    world.state.fail_commits_after = world.state.commits + 1;  // the intents
    carry(items);
    EXPECT_EQ(world.fleet.sent.size(), 3U);
    EXPECT_THAT(bound(), Contains("wf/agent/architect"));
    world.state.fail_commits_after = -1;
    const auto told =
        settle_open_intents(world.fleet.everything(), world.fleet, world.state, world.state).value();
    EXPECT_EQ(told.size(), 3U);
    EXPECT_THAT(told, Contains(HasSubstr("did reach the target")));
    world.workflows[0].name = "audit";
    EXPECT_THAT(world.plan().plan.changes, IsEmpty());
    EXPECT_TRUE(move("wf", "audit").value().moved_before);
}

TEST_F(Rekey, KilledBeforeTheCallArrived_TheStateStaysAsItWas) {
    items = move("wf/agent/architect", "wf/agent/chief").value().items;
    world.fleet.fault = [&](const Call&, const FakeFleet::Apply&) -> CallOutcome {
        return CallUnknown{"reset"};
    };
    EXPECT_EQ(carry(items).failed.size(), 1U);
    EXPECT_EQ(world.state.open_intents().value().size(), 5U) << "nobody knows yet what came of them";
    const auto before = bound();
    settle_open_intents(world.fleet.everything(), world.fleet, world.state, world.state).value();
    EXPECT_EQ(bound(), before);
    world.fleet.fault = nullptr;
    EXPECT_THAT(world.plan().plan.changes, IsEmpty());
    moved("wf/agent/architect", "wf/agent/chief");
}

TEST_F(Rekey, RefusedByTheTarget_FailsAndTheOthersGoOn) {
    const ResourceId id = id_of(Address::agent("wf", "architect"));
    world.fleet.fault = [&](const Call& call, const FakeFleet::Apply& apply) -> CallOutcome {
        if (std::get<RenameCall>(call.what).id == id) return CallRefused{"name is taken"};
        return apply();
    };
    items = move("wf", "audit").value().items;
    const RekeyReport report = carry(items);
    ASSERT_EQ(report.failed.size(), 1U);
    EXPECT_EQ(report.failed[0].reason, "name is taken");
    EXPECT_THAT(bound(), Contains("wf/agent/architect"));
    EXPECT_THAT(bound(), Contains("audit/agent/builder"));
}

class Import : public Rekey {
  protected:
    Result<Adoption> adopt(const Address& address, const ResourceId& id) {
        snapshot = world.fleet.everything();
        bindings = world.state.bindings().value();
        desired = desired_resources(world.workflows, "");
        fleet.emplace(snapshot, bindings, world.state.left);
        return plan_adoption(address, id, desired, *fleet, bindings);
    }
    // Somebody's own agent, for which there is room in the workflow.
    ResourceId by_hand() {
        AgentSpec spec;
        spec.name = "tester";
        world.workflows[0].agents.push_back(spec);
        Attributes attributes;
        attributes.set(Attribute::label, std::string("tester"));
        attributes.set(Attribute::status, std::string("online"));
        return world.fleet.add(Kind::agent, "my tester", attributes);
    }
    std::vector<DesiredResource> desired;
    std::optional<FleetIndex> fleet;
};

TEST_F(Import, HandMadeAgent_GetsTheKeyAndIsBound) {
    const ResourceId id = by_hand();
    const Address address = Address::agent("wf", "tester");
    items = {adopt(address, id).value().item};
    EXPECT_THAT(carry(items).failed, IsEmpty());
    EXPECT_EQ(world.fleet.get(id)->name, Key::derive("wf", "tester").text());
    EXPECT_THAT(world.plan().plan.changes, IsEmpty());
    EXPECT_TRUE(adopt(address, id).value().bound_before);
}

TEST_F(Import, KilledAfterTheRename_IsBoundByTheNextStart) {
    const ResourceId id = by_hand();
    items = {adopt(Address::agent("wf", "tester"), id).value().item};
    world.state.fail_commits_after = world.state.commits + 1;
    carry(items);
    world.state.fail_commits_after = -1;
    settle_open_intents(world.fleet.everything(), world.fleet, world.state, world.state).value();
    EXPECT_EQ(id_of(Address::agent("wf", "tester")), id);
}

TEST_F(Import, Task_IsBoundWhereTeamAndSubjectAreTheSame) {
    const Address address = Address::task("wf", "crew", "design");
    const ResourceId id = id_of(address);
    EXPECT_TRUE(adopt(address, id).value().bound_before);
    world.state.bound.erase(address);
    items = {adopt(address, id).value().item};
    EXPECT_FALSE(items[0].renames());
    carry(items);
    EXPECT_EQ(id_of(address), id);
    EXPECT_THAT(world.fleet.sent, IsEmpty());
    world.state.bound.erase(address);
    EXPECT_EQ(adopt(Address::task("wf", "crew", "build"), id).error().code, ErrorCode::bad_input);
}

TEST_F(Import, WhatDoesNotFit_IsRefused) {
    const ResourceId id = by_hand();
    const auto unknown = adopt(Address::agent("wf", "testre"), id);
    EXPECT_EQ(unknown.error().code, ErrorCode::bad_input);
    EXPECT_THAT(unknown.error().hints, Contains("Did you mean `wf/agent/tester`?"));
    EXPECT_EQ(adopt(Address::agent("wf", "tester"), {"nobody"}).error().code, ErrorCode::not_found);
    EXPECT_EQ(adopt(Address::team_of("wf", "crew"), id).error().code, ErrorCode::bad_input);
    // Its address is another one's.
    EXPECT_EQ(adopt(Address::agent("wf", "architect"), id).error().code, ErrorCode::conflict);
    // It is another address's: by the state, and without it by its key.
    const ResourceId architect = id_of(Address::agent("wf", "architect"));
    const auto owned = adopt(Address::agent("wf", "tester"), architect);
    EXPECT_EQ(owned.error().code, ErrorCode::conflict);
    EXPECT_THAT(owned.error().hints, Contains(HasSubstr("tlm state mv wf/agent/architect wf/agent/tester")));
    world.state.bound.clear();
    EXPECT_EQ(adopt(Address::agent("wf", "tester"), architect).error().code, ErrorCode::conflict);
}

TEST_F(Rekey, Forget_TakesAddressesAndGlobsAndNamesTheNearest) {
    bindings = world.state.bindings().value();
    EXPECT_EQ(plan_forget({"wf/agent/architect", "wf/agent/*"}, bindings).value().size(), 2U);
    EXPECT_THAT(plan_forget({"wf/agent/architec"}, bindings).error().hints,
                Contains("Did you mean `wf/agent/architect`?"));
    std::vector<Binding> odd = bindings;
    for (const char* name : {"a?", "ab"})
        odd.push_back({Address::agent("wf", name), {}, {name}, {}, {}});
    EXPECT_EQ(plan_forget({"wf/agent/a?"}, odd).error().code, ErrorCode::bad_input);
    EXPECT_EQ(plan_forget({"wf/agent/a\\?"}, odd).value().size(), 1U);
    EXPECT_EQ(plan_forget({"x/*"}, bindings).error().code, ErrorCode::not_found);
    EXPECT_EQ(plan_forget({"nonsense"}, bindings).error().code, ErrorCode::bad_input);
}

TEST_F(Rekey, WhatIsProtected_StaysSoUnderItsNewAddress) {
    const std::vector<Protection> known = {{"wf", "*"}, {"wf", "wf/agent/*"}};
    EXPECT_THAT(followed_protections(known, move("wf", "duo").value().items),
                ElementsAre(Protection{"duo", "*"}));
    EXPECT_THAT(followed_protections({{"wf", "wf/agent/*"}}, move("wf", "duo").value().items),
                ElementsAre(Protection{"duo", "duo/agent/*"}));
    const auto one = move("wf/agent/architect", "wf/agent/chief").value().items;
    EXPECT_THAT(followed_protections({{"wf", "wf/agent/arch*"}}, one),
                ElementsAre(Protection{"wf", "wf/agent/chief"}));
    EXPECT_THAT(followed_protections(known, one), IsEmpty());
    EXPECT_THAT(followed_protections({{"wf", "wf/agent/builder"}}, one), IsEmpty());
}

}  // namespace
}  // namespace tlm::test
