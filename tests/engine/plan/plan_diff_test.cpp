#include "engine/plan/plan_diff.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/plan/plan_file.h"
#include "tests/support/world.h"

namespace tlm::test {
namespace {

using testing::ElementsAre;
using testing::Field;
using testing::IsEmpty;
using testing::SizeIs;

TEST(PlanDiff_OfEqualPlans, IsEmptyAndCountsWhatIsAlike) {
    World world;
    const Plan plan = world.plan().plan;
    const PlanComparison comparison = compare_plans(plan, plan);
    EXPECT_TRUE(comparison.same_in_substance());
    EXPECT_EQ(comparison.equal, plan.changes.size());
}

TEST(PlanDiff_WhereOnlyWhatIsUnchangedDiffers, IsTheSameInSubstance) {
    World world;
    const Plan old = world.plan().plan;
    Plan now = old;
    now.unchanged += 3;
    now.workflows.push_back("zz");
    EXPECT_NE(plan_digest(old), plan_digest(now));
    EXPECT_TRUE(compare_plans(old, now).same_in_substance());
}

TEST(PlanDiff, NamesWhatOnlyOnePlanHas) {
    World world;
    const Plan old = world.plan().plan;
    Plan now = old;
    now.changes.erase(now.changes.begin());
    const PlanComparison comparison = compare_plans(old, now);
    ASSERT_THAT(comparison.differences, SizeIs(1));
    EXPECT_EQ(comparison.differences[0].old, &old.changes[0]);
    EXPECT_EQ(comparison.differences[0].now, nullptr);
    EXPECT_EQ(compare_plans(now, old).differences.at(0).now, &old.changes[0]);
}

TEST(PlanDiff, NamesEachValueThatIsAnother) {
    World world;
    const Plan old = world.plan().plan;
    world.workflows[0].agents[0].working_dir = "/elsewhere";
    const PlanComparison comparison = compare_plans(old, world.plan().plan);
    ASSERT_THAT(comparison.differences, SizeIs(1));
    EXPECT_THAT(comparison.differences[0].facets, ElementsAre(Field(&Facet::name, "working_dir (after)")));
}

// Whatever a plan means is compared: with one member changed at a time, in every way that the digest covers.
TEST(PlanDiff, MissesNothingOfAChange) {
    World world;
    world.apply(world.plan().plan);
    world.workflows[0].agents[0].model = "m2";
    const Plan old = world.plan().plan;
    ASSERT_FALSE(old.changes.empty());
    const std::vector<void (*)(Plan&)> edits = {
        [](Plan& plan) { plan.target = "elsewhere"; },
        [](Plan& plan) { plan.options.force = true; },
        [](Plan& plan) { plan.options.prune = true; },
        [](Plan& plan) { plan.options.destroy = true; },
        [](Plan& plan) { plan.options.targets = {"a"}; },
        [](Plan& plan) { plan.options.excludes = {"a"}; },
        [](Plan& plan) { plan.changes[0].address.name = "other"; },
        [](Plan& plan) { plan.changes[0].action = Action::replace; },
        [](Plan& plan) { plan.changes[0].reason = Reason::tie; },
        [](Plan& plan) { plan.changes[0].key = "other"; },
        [](Plan& plan) { plan.changes[0].id = {"other"}; },
        [](Plan& plan) { plan.changes[0].precondition = MayExist{}; },
        [](Plan& plan) { std::get<MustMatch>(plan.changes[0].precondition).sha256 = "0"; },
        [](Plan& plan) { std::get<MustMatch>(plan.changes[0].precondition).over.clear(); },
        [](Plan& plan) { plan.changes[0].attributes[0].before.reset(); },
        [](Plan& plan) { plan.changes[0].attributes[0].after.reset(); },
        [](Plan& plan) { plan.changes[0].attributes.clear(); },
        [](Plan& plan) { plan.changes[0].depends_on.push_back({}); },
        [](Plan& plan) { plan.changes[0].waits_for.push_back({}); },
        [](Plan& plan) { plan.changes[0].leaves.push_back({"x"}); },
    };
    for (std::size_t i = 0; i < edits.size(); ++i) {
        Plan now = old;
        edits[i](now);
        EXPECT_FALSE(compare_plans(old, now).same_in_substance()) << i;
    }
}

TEST(PlanDiff_TwoDeletesAtOneAddress, AreToldApartByTheirIds) {
    World world;
    Plan old;
    for (const char* id : {"1", "2"}) {
        Change change;
        change.address = Address::agent("wf", "a");
        change.action = Action::remove;
        change.id = {id};
        old.changes.push_back(change);
    }
    Plan now = old;
    now.changes.erase(now.changes.begin());
    const PlanComparison comparison = compare_plans(old, now);
    ASSERT_THAT(comparison.differences, SizeIs(1));
    EXPECT_EQ(comparison.differences[0].old->id.text(), "1");
    EXPECT_THAT(comparison.whole, IsEmpty());
}

}  // namespace
}  // namespace tlm::test
