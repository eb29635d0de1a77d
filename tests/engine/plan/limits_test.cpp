#include "engine/plan/limits.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tlm::test {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

// A fleet of one workflow, all of it bound, and a plan that takes some of it down.
struct Fleet {
    Fleet(int agents, int teams) {
        for (int i = 0; i < agents; ++i)
            add(Address::agent("wf", "a" + std::to_string(i)));
        for (int i = 0; i < teams; ++i)
            add(Address::team_of("wf", "t" + std::to_string(i)));
    }
    void add(const Address& address, bool bound = true) {
        LiveResource live;
        live.kind = address.kind;
        live.id = {address.text()};
        snapshot.resources.push_back(live);
        if (bound) bindings.push_back({address, {}, live.id, {}, {}});
    }
    void take_down(const char* prefix, int n, Action action = Action::remove,
                   Reason reason = Reason::orphan) {
        for (int i = 0; i < n; ++i) {
            Change change;
            change.address = *prefix == 'a' ? Address::agent("wf", prefix + std::to_string(i))
                                            : Address::team_of("wf", prefix + std::to_string(i));
            change.action = action;
            change.reason = reason;
            change.id = {change.address.text()};
            plan.changes.push_back(change);
        }
    }
    LimitCheck check(const DeleteLimit& limit = {}) const {
        return check_limit(plan, snapshot, bindings, limit);
    }
    Snapshot snapshot;
    std::vector<Binding> bindings;
    Plan plan;
};

TEST(DeleteLimit_ThirtyPercent, IsTheMostOfTenAndMore) {
    Fleet fleet(9, 1);
    fleet.take_down("a", 3);
    EXPECT_THAT(fleet.check().breaches, IsEmpty());
    fleet.plan.changes.clear();
    fleet.take_down("a", 4);
    const LimitCheck check = fleet.check();
    ASSERT_THAT(check.breaches, SizeIs(1));
    EXPECT_EQ(check.breaches[0].taken_down, 4U);
    EXPECT_EQ(check.breaches[0].existing, 10U);
    EXPECT_EQ(check.breaches[0].kind, std::nullopt);
    EXPECT_EQ(check.taken_down, 4U);
}

TEST(DeleteLimit_FewerThanTen, MayLoseAnyShareButNotAllOfAKind) {
    Fleet fleet(8, 1);
    fleet.take_down("a", 7);
    EXPECT_THAT(fleet.check().breaches, IsEmpty());
    fleet.plan.changes.clear();
    fleet.take_down("a", 8);
    ASSERT_THAT(fleet.check().breaches, SizeIs(1));
    EXPECT_EQ(fleet.check().breaches[0].kind, Kind::agent);
    fleet.plan.changes.clear();
    fleet.take_down("t", 1);
    ASSERT_THAT(fleet.check().breaches, SizeIs(1));
    EXPECT_EQ(fleet.check().breaches[0].kind, Kind::team);
}

TEST(DeleteLimit_Replacements, CountButForASingleOneThatGetsASuccessor) {
    Fleet pair(2, 0);
    pair.take_down("a", 2, Action::replace, Reason::runtime_moved);
    EXPECT_THAT(pair.check().breaches, SizeIs(1));
    Fleet one(1, 1);
    one.take_down("a", 1, Action::replace, Reason::runtime_moved);
    EXPECT_THAT(one.check().breaches, IsEmpty());
    Fleet many(20, 0);
    many.take_down("a", 7, Action::replace, Reason::runtime_moved);
    EXPECT_THAT(many.check().breaches, SizeIs(1));
}

TEST(DeleteLimit_WhatForceLeavesBehind, CountsAndSurplusDoesNot) {
    Fleet fleet(2, 0);
    fleet.take_down("a", 2, Action::remove, Reason::left_behind);
    fleet.plan.options.force = true;
    EXPECT_THAT(fleet.check().breaches, SizeIs(1));
    for (Change& change : fleet.plan.changes)
        change.reason = Reason::duplicate;
    EXPECT_THAT(fleet.check().breaches, IsEmpty());
}

TEST(DeleteLimit_OfDestroy, IsNone) {
    Fleet fleet(20, 5);
    fleet.take_down("a", 20, Action::remove, Reason::destroyed);
    fleet.plan.options.destroy = true;
    EXPECT_THAT(fleet.check().breaches, IsEmpty());
}

TEST(DeleteLimit_OfACount, AllowsExactlySoManyWhateverTheirShare) {
    Fleet fleet(20, 0);
    fleet.take_down("a", 20);
    EXPECT_THAT(fleet.check({20, {}}).breaches, IsEmpty());
    EXPECT_THAT(fleet.check({19, {}}).breaches, SizeIs(1));
    fleet.plan.changes.resize(1);
    EXPECT_THAT(fleet.check({0, {}}).breaches, SizeIs(1)) << "it is a limit downwards too";
}

TEST(DeleteLimit_OfACountForOnePlan, IsTheDefaultForEveryOtherPlan) {
    const DeleteLimit given{20, {}, "sha256:a"};
    EXPECT_EQ(limit_for_plan(given, "sha256:a").count, 20U);
    EXPECT_EQ(limit_for_plan(given, "sha256:b").count, std::nullopt);
    EXPECT_EQ(limit_for_plan({20, {}}, "sha256:b").count, 20U) << "without a digest it is for every plan";
    Fleet fleet(20, 0);
    fleet.take_down("a", 20);
    EXPECT_THAT(fleet.check(limit_for_plan(given, "sha256:a")).breaches, IsEmpty());
    EXPECT_THAT(fleet.check(limit_for_plan(given, "sha256:b")).breaches, SizeIs(2));
    fleet.plan.changes.resize(1);
    EXPECT_THAT(fleet.check(limit_for_plan({0, {}, "sha256:a"}, "sha256:b")).breaches, IsEmpty());
}

TEST(DeleteLimit_OfAShare, AllowsItInEachWorkflow) {
    Fleet fleet(4, 0);
    fleet.take_down("a", 2);
    EXPECT_THAT(fleet.check({{}, 50}).breaches, IsEmpty());
    EXPECT_THAT(fleet.check({{}, 49.9}).breaches, SizeIs(1));
    fleet.plan.changes.clear();
    fleet.take_down("a", 4);
    EXPECT_THAT(fleet.check({{}, 100}).breaches, IsEmpty());
}

TEST(DeleteLimit_WithoutAState, CountsWhatThePlanItselfNames) {
    Fleet fleet(0, 0);
    for (const char* name : {"a0", "a1"})
        fleet.add(Address::agent("wf", name), false);
    fleet.take_down("a", 2);
    EXPECT_THAT(fleet.check().breaches, SizeIs(1));
}

TEST(DeleteLimit_WhatIsGoneAlready, CountsNoMore) {
    Fleet fleet(2, 0);
    fleet.take_down("a", 2);
    fleet.snapshot.resources.clear();
    EXPECT_THAT(fleet.check().breaches, IsEmpty());
    EXPECT_EQ(fleet.check().taken_down, 0U);
}

// Whose a resource is, the state decides before the plan does, and an id is one of its kind.
TEST(DeleteLimit_IdsThatThePlanGivesToOthers, CountAllTheSame) {
    Fleet fleet(3, 0);
    fleet.take_down("a", 3);
    std::vector<Change> adopted;
    for (const Change& change : fleet.plan.changes) {
        Change claim;
        claim.address = Address::task("b", "t", change.id.text());
        claim.action = Action::adopt;
        claim.id = change.id;
        adopted.push_back(claim);
        claim.address = Address::agent("b", change.id.text());
        adopted.push_back(claim);
    }
    fleet.plan.changes.insert(fleet.plan.changes.begin(), adopted.begin(), adopted.end());
    EXPECT_EQ(fleet.check({0, {}}).taken_down, 3U);
    EXPECT_THAT(fleet.check({0, {}}).breaches, SizeIs(1));
}

}  // namespace
}  // namespace tlm::test
