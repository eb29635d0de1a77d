#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <sstream>

#include "cmd/render/apply_command.h"
#include "cmd/render/columns.h"
#include "cmd/render/drift_markdown.h"
#include "cmd/render/drift_text.h"
#include "cmd/render/plan_markdown.h"
#include "cmd/render/plan_text.h"
#include "cmd/render/report_text.h"
#include "engine/base/text.h"
#include "engine/plan/plan_file.h"
#include "engine/resource/key.h"
#include "tests/support/golden.h"
#include "tests/support/world.h"

namespace tlm::cmd {
namespace {

// A world in which a plan has one of everything.
test::World eventful() {
    test::World world;
    world.apply(world.plan().plan);
    world.workflows[0].agents[0].model = "m2";
    world.workflows[0].agents[1].runtime = Runtime::docker;
    world.workflows[0].agents[1].docker_image = "img\x1b[31m";
    AgentSpec added;
    added.name = "added";
    world.workflows[0].agents.push_back(added);
    world.fleet.add(Kind::agent, Key::derive("wf", "retired").text(), {});
    world.fleet.add(Kind::agent, Key::derive("other", "architect").text(), {});
    world.fleet.add(Kind::agent, "made-by-hand", {});
    return world;
}

TEST(PlanText, IsAsReviewed) {
    test::World world = eventful();
    const Planned planned = world.plan();
    test::expect_golden("plan.txt", plan_text(planned.plan, {}) + advice_text(planned, {}));
    test::expect_golden("plan.json", plan_to_text(planned.plan));
    world.options.force = world.options.prune = true;
    test::expect_golden("plan-force-prune.txt", plan_text(world.plan().plan, {}));
    test::expect_golden("plan-force-prune.md", plan_markdown(world.plan(), "plan.json"));
}

TEST(PlanMarkdown, IsAsReviewed) {
    test::World world = eventful();
    test::expect_golden("plan.md", plan_markdown(world.plan(), "plans/plan.json"));
}

TEST(PlanText, Concise_IsSignActionAndAddressOfEachAndTheSummary) {
    test::World world = eventful();
    test::expect_golden("plan-concise.txt", concise_text(world.plan().plan, {}));
}

// A plan whose values are long: texts, an argument list, a team.
Plan plan_of_long_values() {
    Plan plan;
    Change& task = plan.changes.emplace_back();
    task.address = Address::task("wf", "crew", "design");
    task.action = Action::update;
    task.reason = Reason::workflow_changed;
    std::string before = "Read the tree.\nThen:\n";
    for (int i = 1; i <= 20; ++i)
        before += "step " + std::to_string(i) + "\n";
    std::string after = before;
    after.replace(after.find("step 12\n"), 8,
                  "step 12 \x1b[31m\xE2\x80\xAE twice, and look at what comes of it before "
                  "going on with the step that follows, which is 13\n");
    task.attributes = {{Attribute::description, before, after}};
    Change& agent = plan.changes.emplace_back();
    agent.address = Address::agent("wf", "builder");
    agent.action = Action::update;
    agent.reason = Reason::live_changed;
    StringList args;
    for (int i = 0; i < 30; ++i)
        args.push_back("--option-" + std::to_string(i));
    StringList other = args;
    other.erase(other.begin() + 3);
    other.insert(other.begin() + 20, "--added");
    agent.attributes = {{Attribute::program_args, args, other},
                        {Attribute::working_dir, std::nullopt, std::string("/work")},
                        {Attribute::description, std::string(60, 'a') + " 漢字 " + std::string(60, 'b'),
                         std::string("short")}};
    Change& team = plan.changes.emplace_back();
    team.address = Address::team_of("wf", "crew");
    team.action = Action::update;
    team.reason = Reason::workflow_changed;
    StringList fewer(args.rbegin(), args.rend() - 2);
    team.attributes = {{Attribute::members, args, fewer}};
    return plan;
}

TEST(PlanText, LongValuesOfAnUpdate_AreShownAsLinesAndElementsThatDiffer) {
    test::expect_golden("plan-long-values.txt", plan_text(plan_of_long_values(), {}));
    test::expect_golden("plan-long-values-60.txt", plan_text(plan_of_long_values(), {Style(), 60}));
    test::expect_golden("plan-long-values.md", plan_markdown(plan_of_long_values(), "plan.json"));
}

TEST(PlanText, OnANarrowTerminal_ValuesFitAndNothingOfAnUpdateIsCut) {
    const std::string text = plan_text(plan_of_long_values(), {Style(), 40});
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = text.find('\n', at);
        const std::string line = text.substr(at, end - at);
        if (line.starts_with("        ")) {
            EXPECT_LE(columns(line), 40U) << line;
        }
        at = end + 1;
    }
    EXPECT_EQ(text.find('\x1b'), std::string::npos);
    EXPECT_NE(text.find("\\x1b[31m\\u202e"), std::string::npos);
    EXPECT_EQ(std::ranges::count(text, 'b') - std::ranges::count(plan_text(plan_of_long_values(), {}), 'b'),
              0);
}

// Lines that are wider than the terminal; commands to be copied may be.
std::vector<std::string> too_wide(const std::string& text, std::size_t width) {
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) {
        if (columns(line) > width && !line.ends_with(" \\")) lines.push_back(line);
    }
    return lines;
}

std::string without_gaps(std::string text) {
    std::erase_if(text, [](char c) { return c == ' ' || c == '\n'; });
    return text;
}

constexpr Layout kNarrow{Style(), 40};

// What a fleet shows of which ids and addresses are as long as they are.
Planned planned_with_long_ids(std::vector<LiveResource>& live) {
    test::World world = eventful();
    world.options.prune = true;
    Planned planned = world.plan();
    auto uuid = [n = 0]() mutable {
        return ResourceId{fmt::format("46b06d08-dafe-4c17-91f5-d8343a93fc{:02}", n++)};
    };
    for (Change& change : planned.plan.changes) {
        if (is_loss(change.action)) change.id = uuid();
    }
    planned.plan.changes.front().leaves = {uuid()};
    planned.plan.protect.push_back({"wf", "wf/agent/architect-of-everything-there-is"});
    live.resize(3);
    planned.strays.clear();
    for (std::size_t i = 0; i < live.size(); ++i) {
        live[i].id = uuid();
        live[i].name = "tlm-3ad98eac70f4a285-architect";
        Stray& stray = planned.strays.emplace_back();
        stray.kind = i == 0 ? StrayKind::left_behind : StrayKind::orphan;
        stray.live = &live[i];
        if (i < 2) stray.address = Address::agent(i == 0 ? "wf" : "elsewhere", "architect-in-retirement");
    }
    planned.excluded = {"wf/task/crew/design"};
    planned.renames = {{"wf/agent/architect-in-retirement", "wf/agent/chief-architect"}};
    planned.notices.push_back({Address::task("wf", "crew", "Read all of the tree"), "was edited too late"});
    planned.kept_of_force = 2;
    return planned;
}

TEST(PlanText, OnANarrowTerminal_IsAsReviewedAndNeitherCutsNorStandsOut) {
    std::vector<LiveResource> live;
    const Planned planned = planned_with_long_ids(live);
    const std::string advice = advice_text(planned, kNarrow);
    const std::string text = plan_text(planned.plan, kNarrow) + advice;
    test::expect_golden("plan-40.txt", text);
    EXPECT_THAT(too_wide(text, 40), testing::IsEmpty());
    for (const Stray& stray : planned.strays)
        EXPECT_THAT(text, testing::HasSubstr(stray.live->id.text()));
    for (const Change& change : planned.plan.changes) {
        if (change.action == Action::remove) {
            EXPECT_THAT(text, testing::HasSubstr(change.id.text()));
        }
    }
    std::string whole = advice_text(planned, {});
    std::erase(whole, '\\');
    std::string parts = advice;
    std::erase(parts, '\\');
    EXPECT_EQ(without_gaps(parts), without_gaps(whole));
    const std::string concise = concise_text(planned.plan, kNarrow);
    EXPECT_THAT(too_wide(concise, 40), testing::IsEmpty());
    EXPECT_EQ(without_gaps(concise), without_gaps(concise_text(planned.plan, {})));
}

TEST(PlanText, ManyDeletes_AreCountedAndTheFirstOnesNamedBeforeTheSummary) {
    Plan plan;
    for (int i = 10; i < 40; ++i) {
        Change& change = plan.changes.emplace_back();
        change.address = Address::agent("wf", "a" + std::to_string(i));
        change.action = i == 10 ? Action::replace : Action::remove;
    }
    const std::string text = plan_text(plan, {});
    EXPECT_NE(text.find("\n! 29 deletes, 1 replacement: wf/agent/a10, wf/agent/a11, "), std::string::npos)
        << text;
    EXPECT_NE(text.find("wf/agent/a19 and 20 more\nPlan: "), std::string::npos) << text;
}

TEST(PlanText, OnANarrowTerminalNoLineIsWiderExceptAddresses) {
    test::World world;
    world.workflows[0].teams[0].tasks[0].description = std::string(500, 'x');
    Layout layout;
    layout.width = 60;
    const std::string text = plan_text(world.plan().plan, layout);
    EXPECT_EQ(text.find(std::string(61, 'x')), std::string::npos);
    EXPECT_NE(text.find("…"), std::string::npos);
}

TEST(PlanText, OnANarrowTerminal_ValuesThatDifferInSpacesAloneLookDifferent) {
    Plan plan;
    Change& change = plan.changes.emplace_back();
    change.address = Address::agent("w", "a");
    std::set<std::string> shown;
    for (const Action action : {Action::update, Action::create}) {
        change.action = action;
        for (const int spaces : {0, 1, 2, 3}) {
            const std::string value = std::string(20, 'a') +
                                      std::string(static_cast<std::size_t>(spaces), ' ') +
                                      std::string(20, 'b');
            change.attributes = {{Attribute::working_dir, std::string("/tmp\n"), value}};
            for (const std::size_t width : {30U, 33U, 40U, 0U})
                shown.insert(fmt::format("{} {}", width, plan_text(plan, {Style(), width})));
        }
    }
    EXPECT_EQ(shown.size(), 32U);
}

TEST(PlanText, OfWhatIsTakenDown_NamesEveryWorkflow) {
    Plan plan;
    plan.changes.emplace_back().address = Address::agent("w", "a");
    for (int i = 0; i < 40; ++i)
        plan.teardown.push_back({fmt::format("flow-{}", i), Teardown::on_completion});
    EXPECT_THAT(plan_text(plan, {}), testing::HasSubstr("flow-38, flow-39\n"));
}

TEST(PlanText, WithoutColourHoldsNoEscape) {
    test::World world = eventful();
    EXPECT_EQ(plan_text(world.plan().plan, {}).find('\x1b'), std::string::npos);
    EXPECT_NE(plan_text(world.plan().plan, {Style(true), 0}).find("\x1b[32m"), std::string::npos);
}

TEST(ReportText, IsAsReviewed) {
    test::World world;
    world.parallelism = 1;
    world.fleet.fault = [n = 0](const Call& call,
                                const test::FakeFleet::Apply& apply) mutable -> CallOutcome {
        if (std::holds_alternative<StartCall>(call.what) && n++ == 0) return CallRefused{"no capacity (422)"};
        return apply();
    };
    const ApplyReport report = world.apply(world.plan().plan);
    test::expect_golden("report.txt", report_text(report, 1, {}));
    const std::string narrow = report_text(report, 1, kNarrow);
    test::expect_golden("report-40.txt", narrow);
    EXPECT_THAT(too_wide(narrow, 40), testing::IsEmpty());
    EXPECT_EQ(without_gaps(narrow), without_gaps(report_text(report, 1, {})));
}

TEST(DriftText, IsAsReviewed) {
    test::World world = eventful();
    world.workflows = {test::sample_workflow()};
    const auto builder = world.state.bound.at(Address::agent("wf", "builder")).id;
    world.fleet.get(builder)->attributes.set(Attribute::status, std::string("offline"));
    world.fleet.get(builder)->attributes.set(Attribute::working_dir, std::string("/elsewhere"));
    const Snapshot snapshot = world.fleet.read_fleet().value();
    const StateView view = view_state(world.state, snapshot).value();
    const auto findings = find_drift({world.workflows, snapshot, view, "fake:", "", {}}, {});
    test::expect_golden("drift.txt", drift_text(findings, {}));
    auto long_ids = findings;
    for (Finding& finding : long_ids)
        finding.id = {"46b06d08-dafe-4c17-91f5-d8343a93fcae"};
    const std::string narrow = drift_text(long_ids, kNarrow);
    test::expect_golden("drift-40.txt", narrow);
    EXPECT_THAT(too_wide(narrow, 40), testing::IsEmpty());
    EXPECT_THAT(too_wide(drift_text({}, kNarrow), 40), testing::IsEmpty());
    EXPECT_THAT(narrow, testing::HasSubstr("46b06d08-dafe-4c17-91f5-d8343a93fcae"));
    test::expect_golden("drift.md", drift_markdown(findings, "fake:"));
    test::expect_golden("drift.json", drift_json(findings, "fake:"));
}

TEST(ApplyCommand, AllowsJustWhatThePlanTakesDown) {
    Plan plan;
    EXPECT_EQ(apply_command(plan, "a b.json"), "tlm apply 'a b.json'");
    EXPECT_EQ(apply_command(plan, "-"), "tlm apply plan.json");
    for (const auto& [action, reason] :
         {std::pair(Action::remove, Reason::orphan), std::pair(Action::replace, Reason::runtime_moved),
          std::pair(Action::remove, Reason::duplicate), std::pair(Action::create, Reason::absent)}) {
        Change change;
        change.address = Address::agent("wf", "a");
        change.action = action;
        change.reason = reason;
        plan.changes.push_back(change);
    }
    EXPECT_EQ(apply_command(plan, "p.json"), "tlm apply p.json --max-deletes 2");
    EXPECT_EQ(apply_command_with_digest(plan, "sha256:0", ""),
              "tlm apply plan.json --expect sha256:0 --max-deletes 2");
    plan.options.destroy = true;
    EXPECT_EQ(apply_command(plan, "p.json"), "tlm apply p.json") << "about nothing else, and without a limit";
}

TEST(PlanMarkdown, Stopped_SaysWhyInPlaceOfTheCommand) {
    Planned planned;
    planned.plan.changes.emplace_back();
    planned.plan.changes.back().address = Address::agent("wf", "a");
    planned.plan.changes.back().action = Action::remove;
    const std::string much(500, 'x');
    const std::string text = plan_markdown(planned, "plan.json", much + "\nallow it");
    EXPECT_THAT(text, testing::HasSubstr("**Stopped:** this plan was not written and can't be applied."));
    EXPECT_THAT(text, testing::HasSubstr("- `xxx"));
    EXPECT_THAT(text, testing::EndsWith("- `allow it`\n")) << "whatever is cut before it";
    EXPECT_THAT(text, testing::Not(testing::HasSubstr("tlm apply")));
}

}  // namespace
}  // namespace tlm::cmd
