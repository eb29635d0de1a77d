// Every relation of a plan, broken by itself.
#include "engine/plan/plan_check.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "engine/plan/plan_file.h"
#include "engine/resource/key.h"
#include "tests/support/world.h"

namespace tlm::test {
namespace {

using testing::HasSubstr;

// Plans as tlm makes them, which together hold every action.
Plan created() {
    return World().plan().plan;
}

// Updates of an agent and a team, a replacement.
Plan changed() {
    World world;
    world.apply(world.plan().plan);
    world.workflows[0].agents[0].model = "m2";
    world.workflows[0].agents[1].runtime = Runtime::docker;
    world.workflows[0].agents[1].docker_image = "img";
    return world.plan().plan;
}

Plan adopted() {
    World world;
    world.apply(world.plan().plan);
    world.state.bound.clear();
    return world.plan().plan;
}

Plan pruned() {
    World world;
    world.apply(world.plan().plan);
    world.workflows[0].agents.pop_back();
    world.workflows[0].teams.clear();
    world.options.prune = true;
    return world.plan().plan;
}

Plan forced() {
    World world;
    world.apply(world.plan().plan);
    world.options.force = true;
    return world.plan().plan;
}

Plan replaced() {
    World world;
    world.apply(world.plan().plan);
    world.options.replaces = {"wf/agent/builder", "wf/task/crew/design"};
    return world.plan().plan;
}

Plan task_edited() {
    World world;
    world.apply(world.plan().plan);
    world.workflows[0].teams[0].tasks[0].description = "Draw it better";
    return world.plan().plan;
}

Change& at(Plan& plan, const std::string& address, Action action) {
    for (Change& change : plan.changes) {
        if (change.address.text() == address && change.action == action) return change;
    }
    throw std::runtime_error("the plan has no " + address);
}

AttributeChange& attribute(Change& change, Attribute name) {
    return *std::ranges::find(change.attributes, name, &AttributeChange::attribute);
}

MustMatch& match(Change& change) {
    return std::get<MustMatch>(change.precondition);
}

constexpr const char* kArchitect = "wf/agent/architect";
constexpr const char* kBuilder = "wf/agent/builder";
constexpr const char* kCrew = "wf/team/crew";
constexpr const char* kBuild = "wf/task/crew/build";
constexpr const char* kDesign = "wf/task/crew/design";

TEST(PlanCheck, PlansAsTheyAreMade_HoldNoContradiction) {
    for (Plan (*plan)() : {created, changed, adopted, pruned, forced, replaced, task_edited}) {
        const auto found = find_contradiction(plan());
        EXPECT_FALSE(found) << found->text << plan_to_text(plan());
    }
}

struct Case {
    Plan (*plan)();
    std::function<void(Plan&)> breaks;
    std::string says;
};

void expect_found(const std::vector<Case>& cases) {
    for (const Case& one : cases) {
        Plan plan = one.plan();
        one.breaks(plan);
        const auto found = find_contradiction(plan);
        if (!found) {
            ADD_FAILURE() << "not found: " << one.says << plan_to_text(plan);
            continue;
        }
        EXPECT_THAT(found->text, HasSubstr(one.says));
        const auto read = plan_from_text(plan_to_text(plan), "p.json");
        ASSERT_FALSE(read.has_value()) << one.says;
        EXPECT_EQ(read.error().code, ErrorCode::conflict) << one.says;
    }
}

TEST(PlanCheck_KeyIdOrReasonOfAnother, IsFound) {
    expect_found({
        {created,
         [](Plan& p) { at(p, kArchitect, Action::create).key = Key::derive("wf", "builder").text(); },
         "the key of wf/agent/architect is tlm-6fd80152a9096a9b-architect, and the plan says "
         "tlm-5a357a8538b6d572"},
        {created, [](Plan& p) { at(p, kArchitect, Action::create).key.clear(); }, "needs a `key`"},
        {pruned, [](Plan& p) { at(p, kBuilder, Action::remove).key.clear(); }, "needs a `key`"},
        {created, [](Plan& p) { at(p, kDesign, Action::create).key = "tlm-x"; }, "a task has no key"},
        {created, [](Plan& p) { at(p, kArchitect, Action::create).id = ResourceId("x"); },
         "there is none yet"},
        {created, [](Plan& p) { at(p, kBuild, Action::none).id = ResourceId("x"); }, "there is none yet"},
        {changed, [](Plan& p) { at(p, kArchitect, Action::update).id = {}; },
         "the update of an agent needs an `id`"},
        {pruned, [](Plan& p) { at(p, kBuilder, Action::remove).id = {}; }, "needs an `id`"},
        {adopted, [](Plan& p) { at(p, kCrew, Action::adopt).id = {}; }, "needs an `id`"},
        {created, [](Plan& p) { at(p, kArchitect, Action::create).reason = Reason::orphan; },
         "`orphan` is no reason for the create of an agent"},
        {changed, [](Plan& p) { at(p, kArchitect, Action::update).reason = Reason::member_recreated; },
         "`member_recreated` is no reason for the update of an agent"},
        {created, [](Plan& p) { at(p, kCrew, Action::create).action = Action::none; }, "no reason"},
        {forced, [](Plan& p) { p.options.force = false; }, "the plan was made without --force"},
        {pruned, [](Plan& p) { p.options.prune = false; }, "the plan was made without --prune"},
        {pruned, [](Plan& p) { at(p, kBuilder, Action::remove).reason = Reason::destroyed; },
         "the plan was made without `destroy`"},
        {replaced, [](Plan& p) { p.options.replaces = {"wf/agent/architect"}; },
         "without a --replace that selects it"},
        {created,
         [](Plan& p) {
             p.options.destroy = true;
             p.teardown.clear();
         },
         "`destroy` deletes"},
        {forced,
         [](Plan& p) {
             p.options.destroy = true;
             p.teardown.clear();
         },
         "`destroy` deletes"},
    });
}

TEST(PlanCheck_PreconditionThatIsNotTheActions, IsFound) {
    const auto any = [](const char* address, Action action) {
        return [=](Plan& p) { at(p, address, action).precondition = MayExist{}; };
    };
    const auto absent = [](const char* address, Action action) {
        return [=](Plan& p) { at(p, address, action).precondition = MustBeAbsent{}; };
    };
    const auto over = [](const char* address, Action action, const std::vector<Attribute>& attributes) {
        return [=](Plan& p) { match(at(p, address, action)).over = attributes; };
    };
    expect_found({
        {created, any(kArchitect, Action::create), "is `absent`, and the plan says `any`"},
        {forced, absent(kArchitect, Action::create), "is `any`, and the plan says `absent`"},
        {replaced, absent(kDesign, Action::create), "is `any`, and the plan says `absent`"},
        {changed, any(kArchitect, Action::update), "is a fingerprint, and the plan says `any`"},
        {changed, absent(kBuilder, Action::replace), "is a fingerprint, and the plan says `absent`"},
        {pruned, any(kBuilder, Action::remove), "is a fingerprint, and the plan says `any`"},
        {adopted, any(kArchitect, Action::adopt), "is a fingerprint, and the plan says `any`"},
        {created,
         [](Plan& p) {
             at(p, kArchitect, Action::create).precondition = MustMatch{{}, fingerprint({}, {})};
         },
         "is `absent`, and the plan says a fingerprint"},
        {changed, over(kArchitect, Action::update, {Attribute::status, Attribute::label}), "out of order"},
        {changed, over(kArchitect, Action::update, {}), "`sha256` of no attribute"},
        {changed, over(kArchitect, Action::update, {Attribute::members}), "agent has no `members`"},
        {changed, over(kArchitect, Action::update, {Attribute::description}), "which is never managed"},
        {changed, over(kArchitect, Action::update, {Attribute::program_args}),
         "names what the update changes"},
        {changed, over(kBuilder, Action::replace, {Attribute::label}), "of a replacement is empty"},
        {adopted, over(kArchitect, Action::adopt, {Attribute::label}), "rests on ["},
        {pruned, over(kBuilder, Action::remove, {Attribute::label}), "rests on ["},
        {task_edited, over(kDesign, Action::update, {Attribute::assign_to}), "rests on its `status`"},
        {changed, [](Plan& p) { match(at(p, kArchitect, Action::update)).sha256 = "00"; }, "64 hex digits"},
        {pruned, [](Plan& p) { match(at(p, kBuilder, Action::remove)).sha256 = std::string(64, 'a'); },
         "`sha256` of the values to be deleted"},
        {pruned,
         [](Plan& p) {
             attribute(at(p, kBuilder, Action::remove), Attribute::working_dir).before = "/harmless";
         },
         "`sha256` of the values to be deleted"},
    });
}

TEST(PlanCheck_AttributeThatIsNotTheKindsOrOfAnotherType, IsFound) {
    const auto set = [](const char* address, Action action, Attribute name, std::optional<Value> before,
                        std::optional<Value> after) {
        return [=](Plan& p) {
            Change& change = at(p, address, action);
            std::erase_if(change.attributes,
                          [&](const AttributeChange& one) { return one.attribute == name; });
            change.attributes.push_back({name, before, after});
            std::ranges::sort(change.attributes, {}, &AttributeChange::attribute);
        };
    };
    const auto none = std::nullopt;
    expect_found({
        {created, set(kCrew, Action::create, Attribute::members, none, std::int64_t{7}),
         "`members` must be a list of strings, and 7 is an integer"},
        {created, set(kArchitect, Action::create, Attribute::label, none, StringList{"x"}),
         "`label` must be a string"},
        {created, set(kArchitect, Action::create, Attribute::cpus, none, "two"), "`cpus` must be an integer"},
        {created, set(kArchitect, Action::create, Attribute::members, none, StringList{}),
         "an agent has no `members`"},
        {created, set(kCrew, Action::create, Attribute::label, none, "x"), "a team has no `label`"},
        {created, set(kDesign, Action::create, Attribute::status, none, "completed"),
         "does not name `status`"},
        {created, set(kArchitect, Action::create, Attribute::status, none, "offline"),
         "\"online\", and the plan says"},
        {created, set(kArchitect, Action::create, Attribute::runtime, none, "vm"), "`runtime` is"},
        {created, set(kArchitect, Action::create, Attribute::label, "a", "b"), "has an `after` alone"},
        {created, set(kArchitect, Action::create, Attribute::label, none, none), "has an `after` alone"},
        {created, set(kBuild, Action::none, Attribute::description, "a", "b"), "has an `after` alone"},
        {pruned, set(kBuilder, Action::remove, Attribute::label, "builder", "x"), "has a `before` alone"},
        {pruned, set(kBuilder, Action::remove, Attribute::status, "online", none), "does not name `status`"},
        {adopted, set(kArchitect, Action::adopt, Attribute::label, "architect", "x"), "stays as it is"},
        {adopted, set(kArchitect, Action::adopt, Attribute::description, "x", "x"),
         "does not name `description`"},
        {changed, set(kArchitect, Action::update, Attribute::program, "bash", "bash"),
         "has an `after` that differs"},
        {changed, set(kArchitect, Action::update, Attribute::program, "bash", none),
         "has an `after` that differs"},
        {changed, set(kArchitect, Action::update, Attribute::description, "x", "y"),
         "does not name `description`"},
        {changed, set(kArchitect, Action::update, Attribute::runtime, "local", "docker"),
         "does not name `runtime`"},
        {changed, set(kBuilder, Action::replace, Attribute::runtime, "local", "local"), "its runtime stays"},
        {changed, set(kBuilder, Action::replace, Attribute::label, "builder", none),
         "says what its `label` will be"},
        {changed,
         [](Plan& p) {
             std::erase_if(at(p, kBuilder, Action::replace).attributes, [](const AttributeChange& one) {
                 return one.attribute == Attribute::working_dir;
             });
         },
         "says what its `working_dir` will be"},
        {created, [](Plan& p) { at(p, kArchitect, Action::create).attributes.pop_back(); },
         "says what its `status` will be"},
        {changed, [](Plan& p) { at(p, kArchitect, Action::update).attributes.clear(); },
         "at least one attribute"},
        {changed, [](Plan& p) { at(p, kArchitect, Action::update).reason = Reason::stopped; },
         "more than the status"},
    });
}

TEST(PlanCheck_AddressWorkflowOrOrderThatDoesNotFit, IsFound) {
    const auto architect = Address::agent("wf", "architect");
    expect_found({
        {created,
         [](Plan& p) {
             p.workflows = {"tmp"};
             p.teardown.clear();
         },
         "its workflow wf is none that the plan was made of"},
        {created,
         [](Plan& p) {
             p.workflows = {"wf", "wf"};
         },
         "`workflows` is out of order"},
        {created,
         [](Plan& p) {
             p.workflows = {"", "wf"};
         },
         "empty name"},
        {created,
         [](Plan& p) {
             p.protect = {{"prod", "prod/*"}};
         },
         "`protect` names the workflow prod"},
        {created,
         [](Plan& p) {
             p.teardown = {{"prod", Teardown::on_failure}};
         },
         "`teardown` names the workflow prod"},
        {created,
         [](Plan& p) {
             p.options.targets = {"*"};
             p.teardown = {{"wf", Teardown::on_failure}};
         },
         "takes none of them down"},
        {created, [](Plan& p) { std::swap(p.changes[0], p.changes[1]); }, "changes are sorted by address"},
        {created, [](Plan& p) { p.changes.insert(p.changes.begin(), p.changes[0]); }, "is changed twice"},
        {pruned, [](Plan& p) { p.changes.push_back(p.changes.back()); }, "is changed twice"},
        {created,
         [=](Plan& p) { at(p, kDesign, Action::create).depends_on = {Address::agent("wf", "nobody")}; },
         "it depends on wf/agent/nobody, which the plan does not change"},
        {created, [=](Plan& p) { at(p, kBuilder, Action::create).depends_on = {architect}; },
         "wf/agent/builder does not depend on wf/agent/architect"},
        {created,
         [=](Plan& p) {
             at(p, kCrew, Action::create).depends_on = {architect, architect};
         },
         "repeats"},
        {pruned,
         [=](Plan& p) { at(p, kBuilder, Action::remove).depends_on = {Address::agent("wf", "builder")}; },
         "does not depend on"},
        {created, [=](Plan& p) { at(p, kBuild, Action::none).depends_on = {architect}; },
         "depends on nothing"},
        {created, [](Plan& p) { at(p, kBuild, Action::none).waits_for.clear(); }, "names no task"},
        {created,
         [](Plan& p) { at(p, kBuild, Action::none).waits_for = {Address::task("wf", "crew", "other")}; },
         "which its `blocked_by` does not name"},
        {created,
         [](Plan& p) { at(p, kBuild, Action::none).waits_for = {Address::task("prod", "crew", "design")}; },
         "which its `blocked_by` does not name"},
        {created,
         [](Plan& p) { at(p, kDesign, Action::create).waits_for = {Address::task("wf", "crew", "build")}; },
         "only a task that waits"},
        {created, [](Plan& p) { at(p, kCrew, Action::create).leaves = {ResourceId("x")}; },
         "leaves nothing behind"},
        {forced, [](Plan& p) { at(p, kDesign, Action::create).leaves = {ResourceId("x")}; },
         "leaves nothing behind"},
        {forced,
         [](Plan& p) {
             at(p, kCrew, Action::create).leaves = {ResourceId("y"), ResourceId("x")};
         },
         "`leaves`"},
    });
}

TEST(PlanCheck_ContradictionInAFile, IsNamedWithItsLineAndBothValues) {
    Plan plan = created();
    at(plan, kBuilder, Action::create).key = "tlm-0000000000000000-db";
    const std::string text = plan_to_text(plan);
    const auto read = plan_from_text(text, "p.json");
    ASSERT_FALSE(read.has_value());
    const std::size_t place = text.find("\"address\": \"wf/agent/builder\"");
    EXPECT_EQ(
        read.error().where,
        fmt::format("p.json:{}",
                    1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(place), '\n')));
    EXPECT_EQ(read.error().message,
              "the plan contradicts itself, so that tlm did not write it: wf/agent/builder: the key of "
              "wf/agent/builder is tlm-5a357a8538b6d572-builder, and the plan says tlm-0000000000000000-db");
}

TEST(PlanFile_NestedTooDeep, IsRefusedWithItsLine) {
    std::string text = plan_to_text(created());
    const std::string value = "\"after\": \"architect\"";
    const std::string deep = "\"after\": " + std::string(200'000, '[') + std::string(200'000, ']');
    text.replace(text.find(value), value.size(), deep);
    const auto read = plan_from_text(text, "p.json");
    ASSERT_FALSE(read.has_value());
    EXPECT_EQ(read.error().code, ErrorCode::bad_input);
    EXPECT_THAT(read.error().message, HasSubstr("nested deeper than 64 levels"));
    EXPECT_FALSE(plan_from_text(std::string(200'000, '['), "p.json").has_value());
    EXPECT_FALSE(plan_from_text("{\"format\":" + std::string(64, '['), "p.json").has_value());
}

}  // namespace
}  // namespace tlm::test
