#include "cmd/render/plan_markdown.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>

#include "cmd/render/drift_markdown.h"
#include "cmd/render/drift_text.h"
#include "cmd/render/markdown.h"
#include "cmd/render/plan_text.h"
#include "engine/base/text.h"
#include "engine/plan/plan_file.h"
#include "tests/cmd/hostile.h"
#include "tests/cmd/markdown_reader.h"
#include "tests/support/sanitized.h"

namespace tlm::cmd {
namespace {

using test::read_markdown;
using test::ReadMarkdown;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr std::size_t kLimitOfGitHub = 65'536;

static_assert(kMostMarkdown + 400 < kLimitOfGitHub, "a pipeline puts a marker and a link around it");

// Nothing that a terminal obeys or that turns what is shown; line ends are ours.
void expect_visible(const std::string& text) {
    ASSERT_TRUE(valid_utf8(text));
    std::string lines = text;
    std::erase(lines, '\n');
    ASSERT_EQ(visible(lines), lines);
}

// Whatever the values are: one heading, no link, our own HTML and no other, folds that are closed again, and
// nothing of theirs in plain text, where mentions and issues are looked for.
void expect_harmless(const std::string& markdown) {
    ASSERT_LE(markdown.size(), kMostMarkdown);
    expect_visible(markdown);
    ASSERT_THAT("\n" + markdown, Not(HasSubstr("\n/"))) << "GitLab would carry it out";

    const ReadMarkdown read = read_markdown(markdown);
    EXPECT_EQ(read.headings, 1);
    EXPECT_LE(read.tables, 1);
    EXPECT_THAT(read.links, IsEmpty());
    static const std::regex own(R"re(<details><summary>(<code>[^<>]*</code>: )?[^<>@#]*</summary>\n)re");
    int open = 0;
    for (const std::string& html : read.html) {
        if (html == "</details>\n") {
            --open;
        } else {
            ++open;
            ASSERT_TRUE(std::regex_match(html, own)) << html;
        }
        ASSERT_TRUE(open == 0 || open == 1) << html;
    }
    EXPECT_EQ(open, 0);
    static const std::regex made_a_link(R"([@#$~]|https?:|www\.|GH-|[0-9a-f]{7})");
    for (const std::string& text : read.text) {
        ASSERT_THAT(text, Not(HasSubstr(std::string(test::kMark))));
        ASSERT_FALSE(std::regex_search(text, made_a_link)) << text;
    }
}

Value hostile_value(std::mt19937& random) {
    if (random() % 3 == 0) return StringList{test::hostile(random), test::hostile(random)};
    return test::hostile(random);
}

AttributeChange hostile_attribute(std::mt19937& random) {
    AttributeChange change;
    change.attribute = static_cast<Attribute>(random() % static_cast<unsigned>(kAttributeCount));
    if (random() % 4 != 0) change.before = hostile_value(random);
    if (random() % 4 != 0) change.after = hostile_value(random);
    return change;
}

Address hostile_address(std::mt19937& random, const std::string& workflow) {
    switch (random() % 3) {
        case 0:
            return Address::agent(workflow, test::hostile(random));
        case 1:
            return Address::team_of(workflow, test::hostile(random));
        default:
            return Address::task(workflow, test::hostile(random), test::hostile(random));
    }
}

Plan hostile_plan(std::mt19937& random) {
    Plan plan;
    plan.target = test::hostile(random);
    plan.options.force = random() % 2 == 0;
    plan.options.targets = {test::hostile(random)};
    plan.options.excludes = {test::hostile(random)};
    std::string workflow = test::hostile(random);
    const std::size_t changes = random() % 60;
    for (std::size_t i = 0; i < changes; ++i) {
        if (random() % 8 == 0) workflow = test::hostile(random);
        Change& change = plan.changes.emplace_back();
        change.address = hostile_address(random, workflow);
        change.action = static_cast<Action>(random() % 6);
        change.reason = static_cast<Reason>(random() % 16);
        change.id = {test::hostile(random)};
        for (std::size_t k = random() % 4; k > 0; --k)
            change.attributes.push_back(hostile_attribute(random));
        if (change.action == Action::none) change.waits_for = {hostile_address(random, workflow)};
        if (random() % 5 == 0) change.leaves = {{test::hostile(random)}};
    }
    return plan;
}

TEST(PlanMarkdownAndText, WhateverTheValuesAre_NothingBreaksOut) {
    std::mt19937 random(6);
    for (int i = 0; i < 300; ++i) {
        SCOPED_TRACE(i);
        Planned planned;
        planned.plan = hostile_plan(random);
        const std::string file = random() % 3 == 0 ? "" : test::hostile(random);
        expect_harmless(plan_markdown(planned.plan, file));

        Snapshot snapshot;
        for (int k = 0; k < 12; ++k) {
            LiveResource& live = snapshot.resources.emplace_back();
            live.id = {test::hostile(random)};
            live.name = test::hostile(random);
        }
        for (const LiveResource& live : snapshot.resources) {
            Stray& stray = planned.strays.emplace_back();
            stray.kind = static_cast<StrayKind>(random() % 4);
            stray.live = &live;
            if (random() % 2 == 0) stray.address = hostile_address(random, test::hostile(random));
        }
        for (int k = 0; k < 15; ++k)
            planned.notices.push_back({hostile_address(random, "w"), test::hostile(random)});
        planned.excluded = {test::hostile(random)};
        expect_harmless(plan_markdown(planned, file));
        const Layout layout{Style(), random() % 100};
        expect_visible(plan_text(planned.plan, layout));
        expect_visible(concise_text(planned.plan, layout));
        expect_visible(advice_text(planned, layout));
        if (testing::Test::HasFailure()) break;
    }
}

TEST(DriftMarkdownAndText, WhateverTheValuesAre_NothingBreaksOut) {
    std::mt19937 random(7);
    for (int i = 0; i < 300; ++i) {
        SCOPED_TRACE(i);
        std::vector<Finding> findings(random() % 60);
        std::string workflow = test::hostile(random);
        for (Finding& finding : findings) {
            if (random() % 8 == 0) workflow = test::hostile(random);
            finding.kind = static_cast<DriftKind>(random() % 6);
            if (random() % 4 != 0) finding.address = hostile_address(random, workflow);
            finding.name = test::hostile(random);
            finding.id = {test::hostile(random)};
            finding.left_behind = random() % 2 == 0;
            finding.attributes = {hostile_attribute(random)};
        }
        expect_harmless(drift_markdown(findings, test::hostile(random)));
        expect_visible(drift_text(findings, {Style(), random() % 100}));
        if (testing::Test::HasFailure()) break;
    }
}

// Changes as large fleets have them; `action` says what becomes of each.
template <typename ActionOf>
Plan large_plan(int changes, int workflows, ActionOf action) {
    Plan plan;
    plan.target = "https://agamemnon.example.org";
    for (int i = 0; i < changes; ++i) {
        Change& change = plan.changes.emplace_back();
        const int workflow = static_cast<int>(static_cast<long long>(i) * workflows / changes);
        change.address = Address::agent(fmt::format("flow-{:05}", workflow), fmt::format("agent-{:06}", i));
        change.action = action(i);
        change.reason = change.action == Action::remove ? Reason::orphan : Reason::absent;
        change.id = {fmt::format("id-{}", i)};
        change.attributes = {{Attribute::label, std::string("before"), fmt::format("agent-{:06}", i)},
                             {Attribute::description, std::string("a\nb"), std::string("a\nb\nc")}};
    }
    return plan;
}

std::size_t all_code_lines_with(const std::string& markdown, const std::string& what) {
    std::size_t n = 0;
    for (const std::string& code : read_markdown(markdown).code) {
        for (std::size_t at = code.find(what); at != std::string::npos; at = code.find(what, at + 1))
            ++n;
    }
    return n;
}

TEST(PlanMarkdown, Of5000Changes_NamesEveryDeleteAndCountsWhatIsCut) {
    // 800 deletes, 100 updates, 4,100 creates.
    const Plan plan = large_plan(5'000, 7, [](int i) {
        return i % 50 < 8 ? Action::remove : i % 50 == 8 ? Action::update : Action::create;
    });
    const std::string markdown = plan_markdown(plan, "plan.json");
    expect_harmless(markdown);
    EXPECT_GT(markdown.size(), kLimitOfGitHub * 8 / 10) << "there was room for more";
    for (const Change& change : plan.changes) {
        if (change.action == Action::remove) {
            ASSERT_THAT(markdown, HasSubstr("-  " + change.address.text() + "\n"));
        }
    }
    EXPECT_THAT(markdown, HasSubstr("| 4100 | 100 | 0 | 800 | 0 | 0 |"));
    EXPECT_THAT(markdown, HasSubstr("> **800 deletes**"));
    // Shown and counted ones are all there are.
    std::smatch left;
    const std::regex sentence(
        R"(Left out, since a comment holds no more:\*\* (\d+) creates(, \d+ updates)? not shown)");
    ASSERT_TRUE(std::regex_search(markdown, left, sentence));
    EXPECT_EQ(all_code_lines_with(markdown, "+  create   ") + std::stoul(left[1]), 4'100U);
    EXPECT_THAT(markdown, HasSubstr("creates not shown: flow-00000/agent/"));
    EXPECT_THAT(markdown, HasSubstr("tlm apply plan.json --expect " + plan_digest(plan)));
}

TEST(PlanMarkdown, WhereReasonsDoNotFit_DeletesAreNamedByTheirAddress) {
    const Plan plan =
        large_plan(1'500, 3, [](int i) { return i % 3 == 0 ? Action::replace : Action::remove; });
    const std::string markdown = plan_markdown(plan, "plan.json");
    expect_harmless(markdown);
    for (const Change& change : plan.changes)
        ASSERT_THAT(markdown, HasSubstr(" " + change.address.text() + "\n"));
    EXPECT_THAT(markdown, HasSubstr("all 1500"));
    EXPECT_THAT(markdown, Not(HasSubstr("not named here")));
}

TEST(PlanMarkdown, WhereEvenAddressesDoNotFit_TheMissingOnesAreCountedExactly) {
    const Plan plan = large_plan(5'000, 3, [](int) { return Action::remove; });
    const std::string markdown = plan_markdown(plan, "plan.json");
    expect_harmless(markdown);
    EXPECT_GT(markdown.size(), kLimitOfGitHub * 9 / 10) << "there was room for more";
    std::smatch found;
    ASSERT_TRUE(
        std::regex_search(markdown, found, std::regex(R"(\*\*(\d+) of them are too long for a comment)")));
    EXPECT_EQ(all_code_lines_with(markdown, "/agent/agent-") + std::stoul(found[1]), 5'000U);
    EXPECT_THAT(markdown, HasSubstr("`tlm show plan.json` shows everything"));
}

TEST(PlanMarkdown, OfAFewWorkflowsAmongManyLargeOnes_ShowsTheSmallOnesWhole) {
    Plan plan = large_plan(4'000, 4, [](int) { return Action::create; });
    for (Change& change : large_plan(2, 1, [](int) { return Action::update; }).changes) {
        change.address.workflow = "small";
        plan.changes.push_back(change);
    }
    const std::string markdown = plan_markdown(plan, "");
    expect_harmless(markdown);
    EXPECT_THAT(markdown, HasSubstr("+      label: \"agent-000001\"\n"));
    EXPECT_THAT(markdown, HasSubstr("<code>small</code>: 2 to update"));
    EXPECT_THAT(markdown, HasSubstr("<code>flow-00003</code>: 1000 to create"));
}

TEST(PlanMarkdown, OfMoreWorkflowsThanFit_SaysOfWhichThereIsNothing) {
    const std::string markdown =
        plan_markdown(large_plan(5'000, 5'000, [](int) { return Action::create; }), "");
    expect_harmless(markdown);
    EXPECT_THAT(markdown, HasSubstr("no details of `flow-"));
}

// Work in the square of the changes would take hours here, and the test its time limit.
TEST(PlanMarkdown, OfVeryManyChanges_IsMade) {
    constexpr int kChanges = test::kSanitized ? 10'000 : 100'000;
    for (const int workflows : {1, 300, kChanges}) {
        expect_harmless(
            plan_markdown(large_plan(kChanges, workflows,
                                     [](int i) { return i % 7 == 0 ? Action::remove : Action::update; }),
                          "plan.json"));
    }
}

TEST(PlanMarkdown, WithAHugeValue_CutsItAndSaysSo) {
    Plan plan = large_plan(2, 1, [](int) { return Action::update; });
    std::string text;
    for (int i = 0; i < 50'000; ++i)
        text += fmt::format("line {}\n", i);
    plan.changes[0].attributes = {{Attribute::description, std::string("x\n"), text},
                                  {Attribute::working_dir, std::string(100'000, 'a'), std::string("/b")}};
    const std::string markdown = plan_markdown(plan, "");
    expect_harmless(markdown);
    EXPECT_THAT(markdown, HasSubstr("more lines of the difference not shown"));
    EXPECT_THAT(markdown, HasSubstr("agent-000001"));
}

TEST(PlanMarkdown, WithNothingToDo_IsOneReassuringLineAndNoCommand) {
    Plan plan;
    plan.target = "sandbox:.tlm/sandbox.db";
    plan.unchanged = 12;
    const std::string markdown = plan_markdown(plan, "plan.json");
    EXPECT_THAT(markdown, HasSubstr("### No changes: 12 unchanged\n"));
    EXPECT_THAT(markdown, Not(HasSubstr("tlm apply")));
    EXPECT_THAT(markdown, Not(HasSubstr("WARNING")));
}

TEST(PlanMarkdown, OfAFileWithAnOddName_QuotesItForTheShell) {
    const Plan plan = large_plan(1, 1, [](int) { return Action::create; });
    EXPECT_THAT(plan_markdown(plan, "my plan.json"), HasSubstr("tlm apply 'my plan.json' --expect sha256:"));
    EXPECT_THAT(plan_markdown(plan, ""), HasSubstr("`tlm plan --out plan.json`"));
}

TEST(DriftMarkdown, OfManyFindings_CountsWhatIsCut) {
    std::vector<Finding> findings(20'000);
    for (std::size_t i = 0; i < findings.size(); ++i) {
        findings[i].kind = i % 2 == 0 ? DriftKind::orphan : DriftKind::unowned;
        findings[i].name = fmt::format("name-{}", i);
        findings[i].id = {fmt::format("id-{}", i)};
    }
    const std::string markdown = drift_markdown(findings, "https://agamemnon.example.org");
    expect_harmless(markdown);
    std::smatch left;
    ASSERT_TRUE(std::regex_search(markdown, left, std::regex(R"((\d+) orphans, 10000 unowned not shown)")));
    EXPECT_EQ(all_code_lines_with(markdown, "! orphan     ") + std::stoul(left[1]), 10'000U);
}

}  // namespace
}  // namespace tlm::cmd
