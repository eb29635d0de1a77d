#include "cmd/schemas.h"

#include <gtest/gtest.h>

#include "engine/plan/plan_file.h"
#include "tests/support/json_schema.h"
#include "tests/support/world.h"

namespace tlm::cmd {
namespace {

bool validates(std::string_view schema, const std::string& json) {
    return test::wrong_by_schema(schema, json).empty();
}

TEST(PlanSchema, TakesEveryPlanAndRefusesOthers) {
    test::World world;
    EXPECT_TRUE(validates(plan_schema(), plan_to_text(world.plan().plan)));
    world.apply(world.plan().plan);
    world.workflows[0].agents[0].model = "m2";
    EXPECT_TRUE(validates(plan_schema(), plan_to_text(world.plan().plan)));
    world.options.force = world.options.prune = true;
    EXPECT_TRUE(validates(plan_schema(), plan_to_text(world.plan().plan)));
    EXPECT_FALSE(validates(plan_schema(), R"({"format":"tlm-plan/1"})"));
}

TEST(WorkflowSchema, TakesWorkflowsAndRefusesMisspellings) {
    EXPECT_TRUE(validates(workflow_schema(),
                          R"({"metadata":{"name":"w"},"agents":[{"name":"a","model":null}],"teams":[]})"));
    EXPECT_FALSE(
        validates(workflow_schema(), R"({"metadata":{"name":"w"},"agents":[{"nam":"a"}],"teams":[]})"));
    EXPECT_FALSE(validates(workflow_schema(),
                           R"({"metadata":{"name":"w"},"agents":[],"teams":[],"teardown":"maybe"})"));
}

}  // namespace
}  // namespace tlm::cmd
