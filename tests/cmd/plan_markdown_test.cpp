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
#include "tests/cmd/range_reader.h"
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
    for (int i = 0; i < (test::kSanitized ? 60 : 300); ++i) {
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
    for (int i = 0; i < (test::kSanitized ? 60 : 300); ++i) {
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

// What the list of deletes and replacements names, ranges expanded, sorted.
std::vector<std::string> lost_names(const std::string& markdown) {
    const std::size_t fold = markdown.find("<summary>Deleted and replaced");
    if (fold == std::string::npos) return {};
    const std::size_t begin = markdown.find("```diff\n", fold) + 8;
    const std::string list = markdown.substr(begin, markdown.find("\n```", begin) + 1 - begin);
    std::vector<std::string> names;
    if (markdown.find("`a[01-03,7]` stands for") != std::string::npos) {
        names = test::names_of_list(list);
    } else {
        static const std::regex line(R"(-[ +] (?:(?:delete |replace)  )?(.*?)(?:  \([^()]*\))?\n)");
        for (std::sregex_iterator at(list.begin(), list.end(), line); at != std::sregex_iterator(); ++at)
            names.push_back(test::without_escapes((*at)[1].str()));
    }
    std::ranges::sort(names);
    return names;
}

std::vector<std::string> losses(const Plan& plan) {
    std::vector<std::string> names;
    for (const Change& change : plan.changes) {
        if (is_loss(change.action)) names.push_back(test::without_escapes(visible(change.address.text())));
    }
    std::ranges::sort(names);
    return names;
}

// How many the warning says are not named.
std::size_t said_to_be_missing(const std::string& markdown) {
    static const std::regex sentence(R"(\*\*(\d+) of them are too long for a comment)");
    std::smatch found;
    return std::regex_search(markdown, found, sentence) ? std::stoul(found[1]) : 0;
}

TEST(PlanMarkdown, Of5005Deletes_NamesEveryOneInRanges) {
    const Plan plan = large_plan(5'005, 3, [](int) { return Action::remove; });
    const std::string markdown = plan_markdown(plan, "plan.json");
    expect_harmless(markdown);
    EXPECT_THAT(markdown, HasSubstr("all 5005"));
    EXPECT_THAT(markdown, HasSubstr("`a[01-03,7]` stands for"));
    EXPECT_THAT(markdown, HasSubstr("-  flow-00000/agent/agent-[000000-001668]\n"));
    EXPECT_EQ(lost_names(markdown), losses(plan));
}

TEST(PlanMarkdown, OfDeletesHereAndThere_NamesEveryOneAndNoOther) {
    std::mt19937 random(4);
    const Plan plan = large_plan(10'000, 5, [&](int) {
        return random() % 2 == 0 ? Action::remove : random() % 20 == 0 ? Action::replace : Action::create;
    });
    const std::string markdown = plan_markdown(plan, "plan.json");
    expect_harmless(markdown);
    EXPECT_EQ(said_to_be_missing(markdown), 0U);
    EXPECT_EQ(lost_names(markdown), losses(plan));
    EXPECT_THAT(markdown, HasSubstr("\n-  flow-00000/agent/\n-     agent-[0"));
    EXPECT_THAT(markdown, HasSubstr("\n-+ flow-00000/agent/\n-+    agent-"));
}

TEST(PlanMarkdown, OfDeletesInThousandsOfWorkflows_NamesThemInRangesAsWell) {
    Plan plan = large_plan(5'005, 5'005, [](int) { return Action::remove; });
    for (std::size_t i = 0; i < plan.changes.size(); ++i)
        plan.changes[i].address.name = i % 7 == 0 ? "lead" : "worker";
    const std::string markdown = plan_markdown(plan, "plan.json");
    expect_harmless(markdown);
    EXPECT_EQ(said_to_be_missing(markdown), 0U);
    EXPECT_EQ(lost_names(markdown), losses(plan));
    EXPECT_THAT(markdown, HasSubstr("/agent/lead\n"));
}

// A name in which nothing can be folded.
std::string unlike_others(std::mt19937& random) {
    std::string name;
    for (int i = 0; i < 25; ++i)
        name += static_cast<char>('a' + random() % 26);
    return name;
}

TEST(PlanMarkdown, WhereEvenRangesDoNotFit_TheMissingOnesAreCountedWithTheFirstAndTheLast) {
    Plan plan = large_plan(5'000, 3, [](int) { return Action::remove; });
    std::mt19937 random(5);
    for (Change& change : plan.changes)
        change.address.name = unlike_others(random);
    for (Change& change : large_plan(900, 1, [](int) { return Action::remove; }).changes) {
        change.address.workflow = "small";
        plan.changes.push_back(change);
    }
    std::ranges::sort(plan.changes, {}, &Change::address);
    const std::string markdown = plan_markdown(plan, "plan.json");
    expect_harmless(markdown);
    EXPECT_GT(markdown.size(), kLimitOfGitHub * 9 / 10) << "there was room for more";
    const auto named = lost_names(markdown);
    const auto all = losses(plan);
    EXPECT_TRUE(std::ranges::includes(all, named));
    EXPECT_GT(said_to_be_missing(markdown), 0U);
    EXPECT_EQ(named.size() + said_to_be_missing(markdown), all.size());
    EXPECT_THAT(markdown, HasSubstr("-  small/agent/agent-[000000-000899]\n")) << "a small one is whole";
    for (const char* workflow : {"flow-00000", "flow-00001", "flow-00002"})
        EXPECT_THAT(markdown, HasSubstr(fmt::format("\n-  {}/agent/\n-     ", workflow))) << "a part of each";
    EXPECT_THAT(markdown, HasSubstr("`tlm show plan.json` shows everything"));
    std::size_t counted = 0;
    static const std::regex gap(R"(\n-  … (\d+) not named of (flow-\d+/agent/): ([a-z]+) … ([a-z]+)\n)");
    for (std::sregex_iterator at(markdown.begin(), markdown.end(), gap); at != std::sregex_iterator(); ++at) {
        counted += std::stoul((*at)[1]);
        for (const std::size_t end : {std::size_t{3}, std::size_t{4}}) {
            const std::string name = (*at)[2].str() + (*at)[end].str();
            EXPECT_TRUE(std::ranges::binary_search(all, name)) << name;
            EXPECT_FALSE(std::ranges::binary_search(named, name)) << name;
        }
    }
    EXPECT_EQ(counted, said_to_be_missing(markdown));
}

// Deletes of all shapes and sizes: what is named is lost, what is lost is named or counted, and it fits.
TEST(PlanMarkdown, WhateverIsDeleted_IsNamedOrCountedAndNothingElseIs) {
    std::mt19937 random(12);
    for (int i = 0; i < (test::kSanitized ? 5 : 60) && !testing::Test::HasFailure(); ++i) {
        SCOPED_TRACE(i);
        const int workflows = 1 + static_cast<int>(random() % (random() % 2 == 0 ? 5 : 3'000));
        Plan plan = large_plan(3'000 + static_cast<int>(random() % 4'000), workflows,
                               [&](int) { return static_cast<Action>(random() % 6); });
        const bool bare = random() % 2 == 0;
        for (Change& change : plan.changes) {
            if (bare && random() % 3 == 0) change.action = Action::remove;
            if (random() % 40 == 0) change.address.name = test::hostile(random);
            if (random() % 8 == 0) change.address.name = unlike_others(random) + change.address.name;
            if (random() % 8 == 0)
                change.address = Address::task(change.address.workflow, "crew", change.address.name);
        }
        std::ranges::sort(plan.changes, {}, &Change::address);
        const std::string markdown = plan_markdown(plan, "plan.json");
        expect_harmless(markdown);
        const auto named = lost_names(markdown);
        const auto all = losses(plan);
        if (said_to_be_missing(markdown) == 0) {
            EXPECT_EQ(named, all);
        } else {
            EXPECT_TRUE(std::ranges::includes(all, named));
            EXPECT_EQ(named.size() + said_to_be_missing(markdown), all.size());
        }
    }
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

// A harmless beginning of 4,990 bytes, and behind it what a reviewer must not miss.
std::string with_evil_end(const std::string& end) {
    std::string text;
    while (text.size() < 4'990)
        text += fmt::format("harmless {} ", text.size());
    return text + end;
}

TEST(PlanMarkdown, WithADifferenceBehind4990Bytes_ShowsItWhetherEverythingFitsOrNot) {
    for (const int changes : {1, 200}) {
        Plan plan = large_plan(changes, 1, [](int) { return Action::update; });
        for (Change& change : plan.changes) {
            change.attributes = {
                {Attribute::description, with_evil_end("be kind"), with_evil_end("rm -rf ~")},
                {Attribute::program_args, StringList{with_evil_end("a")},
                 StringList{with_evil_end("--evil")}}};
        }
        const std::string markdown = plan_markdown(plan, "plan.json");
        expect_harmless(markdown);
        EXPECT_THAT(markdown, HasSubstr("rm -rf ~"));
        EXPECT_THAT(markdown, HasSubstr("--evil"));
        const std::size_t left_out = markdown.find("**Left out");
        EXPECT_EQ(left_out == std::string::npos, changes == 1);
        if (changes == 1) continue;
        EXPECT_LT(left_out, markdown.find("<details>")) << "at the top";
        EXPECT_THAT(markdown, HasSubstr("- a part of their values: `flow-00000/agent/agent-000000` "
                                        "(description, program_args)"));
        EXPECT_THAT(markdown, HasSubstr("… not all is shown: before "));
    }
}

TEST(PlanMarkdown, WithLongValuesOfWhatIsMade_SaysHowMuchIsMissingAndListsThemAtTheTop) {
    Plan plan = large_plan(60, 1, [](int) { return Action::create; });
    for (Change& change : plan.changes)
        change.attributes = {{Attribute::description, std::nullopt, with_evil_end("rm -rf ~")}};
    const std::string markdown = plan_markdown(plan, "plan.json");
    expect_harmless(markdown);
    EXPECT_THAT(markdown, HasSubstr(" bytes; sha256 "));
    EXPECT_THAT(markdown, HasSubstr("of 60 only a part of their values"));
    EXPECT_LT(markdown.find("- a part of their values: `flow-00000/agent/agent-000000` (description)"),
              markdown.find("<details>"));
    plan.changes.resize(5);
    EXPECT_THAT(plan_markdown(plan, "plan.json"), HasSubstr("rm -rf ~")) << "there is room for it";
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
