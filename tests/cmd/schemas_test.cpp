#include "cmd/schemas.h"

#include <gtest/gtest.h>
#include <rapidjson/document.h>
#include <rapidjson/schema.h>

#include "engine/plan/plan_file.h"
#include "tests/support/world.h"

namespace tlm::cmd {
namespace {

bool validates(std::string_view schema_text, const std::string& json) {
    rapidjson::Document schema_json;
    schema_json.Parse(schema_text.data(), schema_text.size());
    EXPECT_FALSE(schema_json.HasParseError());
    const rapidjson::SchemaDocument schema(schema_json);
    rapidjson::SchemaValidator validator(schema);
    rapidjson::Document document;
    document.Parse(json);
    EXPECT_FALSE(document.HasParseError());
    return document.Accept(validator);
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
