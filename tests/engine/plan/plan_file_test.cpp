#include "engine/plan/plan_file.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/world.h"

namespace tlm::test {
namespace {

std::string sample_text() {
    World world;
    return plan_to_text(world.plan().plan);
}

TEST(PlanFile, RoundTripKeepsEverything) {
    World world;
    world.apply(world.plan().plan);
    world.workflows[0].agents[0].model = "m2";
    world.options.force = true;
    world.options.prune = true;
    const Plan plan = world.plan().plan;
    const auto read = plan_from_text(plan_to_text(plan), "p.json");
    ASSERT_TRUE(read.has_value()) << read.error().message;
    EXPECT_EQ(read.value(), plan);
}

TEST(PlanFile, EqualInputsGiveEqualBytesWhateverTheOrderOfTheWorkflow) {
    World world;
    World reordered;
    std::ranges::reverse(reordered.workflows[0].agents);
    std::ranges::reverse(reordered.workflows[0].teams[0].agents);
    std::ranges::reverse(reordered.workflows[0].teams[0].tasks);
    EXPECT_EQ(plan_to_text(world.plan().plan), plan_to_text(reordered.plan().plan));
}

TEST(PlanFile, OneAttributeStandsOnOneLine) {
    EXPECT_NE(sample_text().find("        \"label\": { \"before\": null, \"after\": \"architect\" },\n"),
              std::string::npos);
}

TEST(PlanFile_ValueEditedByHand, IsRefusedAsAConflict) {
    std::string text = sample_text();
    text.replace(text.find("Draw it"), 7, "Drop it");
    const auto read = plan_from_text(text, "p.json");
    ASSERT_FALSE(read.has_value());
    EXPECT_EQ(read.error().code, ErrorCode::conflict);
}

TEST(PlanFile_SummaryEditedByHand, IsRefusedAsAConflict) {
    std::string text = sample_text();
    text.replace(text.find("\"create\": 4"), 11, "\"create\": 1");
    EXPECT_EQ(plan_from_text(text, "p.json").error().code, ErrorCode::conflict);
}

TEST(PlanFile_LineEndingsOfAnotherSystem, AreAccepted) {
    const std::string text = sample_text();
    std::string crlf;
    for (const char c : text)
        crlf += c == '\n' ? std::string("\r\n") : std::string(1, c);
    EXPECT_TRUE(plan_from_text(crlf, "p.json").has_value());
}

TEST(PlanFile_NewerFormat, IsRefusedWithAnAdvice) {
    std::string text = sample_text();
    text.replace(text.find("tlm-plan/1"), 10, "tlm-plan/9");
    const auto read = plan_from_text(text, "p.json");
    EXPECT_EQ(read.error().code, ErrorCode::bad_input);
    EXPECT_FALSE(read.error().hints.empty());
}

TEST(PlanFile_CutAtAnyByte, IsRefusedAndNeverCrashes) {
    const std::string text = sample_text();
    for (std::size_t size = 0; size + 2 < text.size(); ++size) {
        ASSERT_FALSE(plan_from_text(text.substr(0, size), "p.json").has_value()) << size;
    }
}

}  // namespace
}  // namespace tlm::test
