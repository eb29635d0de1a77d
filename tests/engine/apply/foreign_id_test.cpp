// A plan whose change names the id of another address's resource is not carried out, whatever else fits.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/apply/settle.h"
#include "engine/plan/protection.h"
#include "engine/plan/removals.h"
#include "engine/resource/key.h"
#include "tests/support/world.h"

namespace tlm::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

Change change_of(const Address& address, Action action, Reason reason) {
    Change change;
    change.address = address;
    change.action = action;
    change.reason = reason;
    return change;
}

// Workflows `prod` and `tmp`, both applied, and a plan of `tmp` alone to be forged.
struct Forged : World {
    Forged() {
        workflows = {sample_workflow("prod"), sample_workflow("tmp")};
        apply(plan().plan);
        fleet.sent.clear();
        before = fleet.read_fleet().value();
        bindings = state.bindings().value();
        forged.target = "fake:";
        forged.workflows = {"tmp"};
    }

    const LiveResource& live(const Address& address) const {
        const auto at = std::ranges::find(before.resources, state.bound.at(address).id, &LiveResource::id);
        return *at;
    }
    FleetIndex index() const { return FleetIndex(before, bindings, state.left); }

    ChangeResult apply_one(Change change) {
        forged.changes = {std::move(change)};
        return apply(forged).results.front();
    }

    Change removal(const Address& address, const Address& of, Reason reason = Reason::orphan) const {
        return removal_of(address, live(of), index(), reason);
    }
    Change update(const Address& address, const Address& of) const {
        Change change = change_of(address, Action::update, Reason::workflow_changed);
        change.key = Key::derive(address.workflow, address.name).text();
        change.id = live(of).id;
        change.precondition = MustMatch{{}, fingerprint({}, {})};
        change.attributes = {
            {Attribute::working_dir, live(of).attributes.find(Attribute::working_dir), "/root"}};
        return change;
    }

    Snapshot before;
    std::vector<Binding> bindings;
    Plan forged;
};

const Address kDb = Address::agent("prod", "builder");
const Address kHelper = Address::agent("tmp", "helper");

void expect_refused(Forged& scene, const ChangeResult& result) {
    EXPECT_EQ(result.kind, ResultKind::conflict) << result.reason;
    EXPECT_THAT(result.reason,
                AllOf(HasSubstr(scene.live(kDb).id.text()), HasSubstr("nor is bound to this address")));
    EXPECT_THAT(scene.fleet.sent, IsEmpty());
    EXPECT_EQ(scene.fleet.everything().resources.size(), scene.before.resources.size());
}

TEST(ForeignId_InEveryActionThatNamesOne, IsAConflictWithBothKeys) {
    {
        Forged scene;
        expect_refused(scene, scene.apply_one(scene.removal(kHelper, kDb)));
    }
    {
        Forged scene;
        expect_refused(scene, scene.apply_one(scene.update(kHelper, kDb)));
    }
    {
        Forged scene;
        Change change = scene.update(kHelper, kDb);
        change.action = Action::replace;
        expect_refused(scene, scene.apply_one(std::move(change)));
    }
    {
        Forged scene;
        Change change = scene.update(kHelper, kDb);
        change.action = Action::adopt;
        change.attributes.clear();
        expect_refused(scene, scene.apply_one(std::move(change)));
        EXPECT_FALSE(scene.state.bound.contains(kHelper));
    }
    Forged scene;
    Change change = change_of(kHelper, Action::create, Reason::forced);
    change.key = Key::derive("tmp", "helper").text();
    change.precondition = MayExist{};
    change.leaves = {scene.live(kDb).id};
    expect_refused(scene, scene.apply_one(std::move(change)));
    EXPECT_THAT(scene.state.left, IsEmpty());
}

TEST(ForeignId_OfATask, IsAConflict) {
    Forged scene;
    const Address task = Address::task("tmp", "crew", "design");
    Change change = change_of(task, Action::update, Reason::workflow_changed);
    change.id = scene.live(Address::task("prod", "crew", "design")).id;
    change.precondition = MustMatch{{}, fingerprint({}, {})};
    change.attributes = {{Attribute::description, "Draw it", "rm -rf /"}};
    EXPECT_EQ(scene.apply_one(std::move(change)).kind, ResultKind::conflict);
    EXPECT_THAT(scene.fleet.sent, IsEmpty());
}

TEST(ForeignId_BoundElsewhereOrUnknown_TheConflictSaysWhose, OneCaseEach) {
    Forged bound;
    EXPECT_THAT(bound.apply_one(bound.removal(kHelper, kDb)).reason,
                AllOf(HasSubstr("has the name " + Key::derive("prod", "builder").text() +
                                " and is bound to prod/agent/builder"),
                      HasSubstr(Key::derive("tmp", "helper").text())));
    Forged unknown;
    unknown.state.bound.erase(kDb);
    unknown.bindings = unknown.state.bindings().value();
    Change change = change_of(kHelper, Action::remove, Reason::orphan);
    const auto at = std::ranges::find(unknown.before.resources, Key::derive("prod", "builder").text(),
                                      &LiveResource::name);
    change = removal_of(kHelper, *at, unknown.index(), Reason::orphan);
    EXPECT_THAT(unknown.apply_one(std::move(change)).reason,
                AllOf(HasSubstr("has the name " + Key::derive("prod", "builder").text()),
                      HasSubstr(Key::derive("tmp", "helper").text())));
}

TEST(ForeignName_BoundToTheAddress_IsTheAddresss, OneCaseEach) {
    Forged scene;
    const Address own = Address::agent("tmp", "builder");
    scene.fleet.get(scene.state.bound.at(own).id)->name = "made-by-hand";
    scene.before = scene.fleet.read_fleet().value();
    EXPECT_EQ(scene.apply_one(scene.update(own, own)).kind, ResultKind::done);
    scene.before = scene.fleet.read_fleet().value();
    EXPECT_EQ(scene.apply_one(scene.removal(own, own)).kind, ResultKind::done);
}

TEST(ForeignId, UnseenInAFleetThatWasNotReadAsAWhole_IsDeletedOnlyWhereItIsBound) {
    Forged scene;
    const Address own = Address::agent("tmp", "builder");
    const ResourceId ours = scene.live(own).id;
    const ResourceId theirs = scene.live(kDb).id;
    const Change removes_ours = scene.removal(own, own);
    const Change removes_theirs = scene.removal(kHelper, kDb);
    std::erase_if(scene.before.resources,
                  [&](const LiveResource& live) { return live.id == ours || live.id == theirs; });
    scene.before.consistent = false;
    const FleetIndex fleet = scene.index();
    EXPECT_EQ(settle(removes_ours, fleet, {}).fit, Fit::execute);
    EXPECT_EQ(settle(removes_theirs, fleet, {}).fit, Fit::conflict);
}

TEST(ForeignId, OfAProtectedResource_IsALossByItsOwnAddress) {
    Forged scene;
    const std::vector<Protection> remembered = {{"prod", "prod/agent/*"}};
    const std::vector<Change> changes = {scene.removal(kHelper, kDb)};
    const auto losses = find_protected_losses(changes, scene.index(), remembered, {});
    ASSERT_THAT(losses, SizeIs(1));
    EXPECT_EQ(losses[0].address, kHelper);
    EXPECT_EQ(losses[0].known_as, kDb);
    EXPECT_TRUE(losses[0].remembered);
    // By the key alone, where the state knows nothing of it.
    scene.bindings.clear();
    EXPECT_THAT(find_protected_losses(changes, scene.index(), remembered, {}), SizeIs(1));
    EXPECT_THAT(find_protected_losses(changes, scene.index(), {}, {{"tmp", "tmp/agent/*"}}), SizeIs(1));
    EXPECT_THAT(find_protected_losses(changes, scene.index(), {}, {{"tmp", "tmp/team/*"}}), IsEmpty());
}

// What the target reports of a resource goes with it, so that the plan names all of it.
TEST(Replacement, NamesAllThatGoesAndIsRefusedWhereSomethingIsNotNamed) {
    World world;
    world.apply(world.plan().plan);
    const Address builder = Address::agent("wf", "builder");
    const ResourceId id = world.state.bound.at(builder).id;
    const auto set_by_hand = [&](const char* value) {
        world.fleet.get(id)->attributes.set(Attribute::program_args, StringList{value});
    };
    set_by_hand("--by-hand");
    world.options.replaces = {"wf/agent/builder"};
    Plan plan = world.plan().plan;
    const auto of_builder = [&](Plan& all) -> Change& {
        return *std::ranges::find(all.changes, builder, &Change::address);
    };
    const AttributeChange lost{Attribute::program_args, StringList{"--by-hand"}, std::nullopt};
    EXPECT_THAT(of_builder(plan).attributes, testing::Contains(lost));
    Plan forged = plan;
    std::erase(of_builder(forged).attributes, lost);
    const ApplyReport refused = world.apply(forged);
    const auto result = std::ranges::find(refused.results, ResultKind::conflict, &ChangeResult::kind);
    ASSERT_NE(result, refused.results.end());
    EXPECT_THAT(result->reason, HasSubstr("what the plan does not name"));
    EXPECT_NE(world.fleet.get(id), nullptr);
    set_by_hand("--changed-since");
    const ApplyReport stale = world.apply(plan);
    EXPECT_NE(std::ranges::find(stale.results, ResultKind::conflict, &ChangeResult::kind),
              stale.results.end());
    EXPECT_NE(world.fleet.get(id), nullptr);
}

TEST(Removal_ThatRestsOnNothing, IsRefused) {
    Forged scene;
    Change change = scene.removal(kDb, kDb, Reason::destroyed);
    change.attributes.clear();
    change.precondition = MustMatch{{}, fingerprint({}, {})};
    scene.forged.workflows = {"prod"};
    scene.forged.options.destroy = true;
    const ChangeResult result = scene.apply_one(std::move(change));
    EXPECT_EQ(result.kind, ResultKind::conflict);
    EXPECT_THAT(result.details, testing::Contains(HasSubstr("working_dir: not named by the plan")));
}

}  // namespace
}  // namespace tlm::test
