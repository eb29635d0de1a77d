// A plan does what it shows: whatever a plan file is made to say, what is done is what its text says, or it
// is refused.
#include "tests/cmd/plan_effect.h"

#include <gtest/gtest.h>

#include "tests/support/sanitized.h"

namespace tlm::test {
namespace {

constexpr std::uint32_t kScenes = kSanitized ? 50 : 300;
constexpr std::uint32_t kMutations = 10;  // of the plan of each scene

TEST(PlanEffect_PlansAsTheyAreMade, AreReadAndDoWhatTheyShow) {
    std::size_t calls = 0;
    std::size_t kept = 0;
    for (std::uint32_t seed = 0; seed < kScenes; ++seed) {
        const auto scene = effect_scene(seed);
        const std::string text = plan_to_text(scene->planned.plan);
        const auto read = plan_from_text(text, "plan.json");
        ASSERT_TRUE(read.has_value()) << "seed " << seed << ": " << read.error().message << "\n" << text;
        ASSERT_EQ(read.value(), scene->planned.plan) << "seed " << seed;
        const Effect effect = check_effect(scene->world, text);
        ASSERT_EQ(effect.violation, "") << "seed " << seed << "\n" << text;
        calls += effect.calls;
        kept += effect.kind == EffectKind::kept ? 1U : 0U;
    }
    RecordProperty("kept", static_cast<int>(kept));
    RecordProperty("calls", static_cast<int>(calls));
    EXPECT_GT(kept, kScenes / 3);
    EXPECT_GT(calls, kScenes * 2);
}

TEST(PlanEffect_PlansThatAreMadeToSaySomethingElse, AreRefusedOrDoWhatTheyShow) {
    std::size_t calls = 0;
    std::size_t kept = 0;
    for (std::uint32_t seed = 0; seed < kScenes; ++seed) {
        for (std::uint32_t i = 0; i < kMutations; ++i) {
            const auto scene = effect_scene(seed);
            Choices choices(seed * kMutations + i + 1);
            Plan plan = scene->planned.plan;
            mutate_plan(plan, scene->world, choices);
            const std::string text = plan_to_text(plan);
            const Effect effect = check_effect(scene->world, text);
            ASSERT_EQ(effect.violation, "") << "seed " << seed << ", mutation " << i << "\n" << text;
            calls += effect.calls;
            kept += effect.kind == EffectKind::kept ? 1U : 0U;
        }
    }
    RecordProperty("kept", static_cast<int>(kept));
    RecordProperty("calls", static_cast<int>(calls));
    // Else the mutations are too coarse to get past the reader.
    EXPECT_GT(kept, kScenes * kMutations / 20);
    EXPECT_GT(calls, kept);
}

}  // namespace
}  // namespace tlm::test
