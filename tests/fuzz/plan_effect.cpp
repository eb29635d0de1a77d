// What a plan file makes tlm do: nothing that its text does not show, or it is refused. An input that begins
// with a brace is the text of a plan, applied to a fleet that has what it names; any other one chooses a
// scene and the mutations of the plan that tlm makes there.

#include "tests/cmd/plan_effect.h"

#include "engine/plan/plan_file.h"
#include "tests/fuzz/property.h"

namespace tlm::fuzz {
namespace {

constexpr std::uint32_t kScenes = 512;

void check(test::World& world, const std::string& text) {
    const test::Effect effect = test::check_effect(world, text);
    require(effect.violation.empty(), "what is done is shown", effect.violation + "\n" + text);
}

// Live resources as the plan says that they are, so that what it says of them can be carried out.
void add_what_it_names(test::World& world, const Plan& plan) {
    for (const Change& change : plan.changes) {
        if (change.id.empty()) continue;
        LiveResource live{change.address.kind, change.id, change.key, {}, {"2026-01-01T00:00:00Z"}, {}};
        if (change.address.kind == Kind::task) live.name = change.address.name;
        for (const AttributeChange& attribute : change.attributes) {
            if (attribute.before && !is_reference(attribute.attribute))
                live.attributes.set(attribute.attribute, *attribute.before);
        }
        world.fleet.put(std::move(live));
    }
}

void check_text(std::string_view input) {
    std::string text(input);
    auto plan = plan_from_text(text, "plan.json");
    if (!plan && plan.error().code == ErrorCode::conflict) {
        text = with_digest(input, plan.error().message);
        plan = plan_from_text(text, "plan.json");
    }
    if (!plan) return;
    const auto scene = test::effect_scene(static_cast<std::uint32_t>(text.size() % 4));
    add_what_it_names(scene->world, plan.value());
    check(scene->world, text);
}

void check_mutations(std::span<const std::uint8_t> bytes) {
    if (bytes.size() < 2) return;
    const std::uint32_t seed = (bytes[0] * 256U + bytes[1]) % kScenes;
    const auto scene = test::effect_scene(seed);
    test::Choices choices(bytes.subspan(2));
    Plan plan = scene->planned.plan;
    test::mutate_plan(plan, scene->world, choices);
    check(scene->world, plan_to_text(plan));
}

}  // namespace
}  // namespace tlm::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size > 0 && data[0] == '{')
        tlm::fuzz::check_text(tlm::fuzz::text_of(data, size));
    else
        tlm::fuzz::check_mutations({data, size});
    return 0;
}
