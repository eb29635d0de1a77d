#include "cmd/render/html.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cmd/render/drift_html.h"
#include "cmd/render/plan_html.h"
#include "cmd/render/plan_text.h"
#include "engine/base/sha256.h"
#include "engine/base/text.h"
#include "engine/plan/plan_file.h"
#include "engine/resource/key.h"
#include "tests/support/golden.h"
#include "tests/support/world.h"
#include "tests/support/xml.h"

namespace tlm::cmd {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

const std::string kHostile =
    std::string(
        "</script></style></title><script>alert(1)</script>\"><img src=x onerror=alert(2)>'&amp;]]>"
        "<!--\xE2\x80\xAE\xE2\x80\x8B\xEF\xBF\xBE\xFF\x1b[31m\n") +
    std::string(1, '\0');

// What stands between the first <NAME> and </NAME>.
std::string content(const std::string& page, const std::string& name) {
    const std::size_t begin = page.find("<" + name + ">") + name.size() + 2;
    return page.substr(begin, page.find("</" + name + ">", begin) - begin);
}

// Style and script are not markup to a browser, but would be to the XML parser.
test::XmlDocument parse_page(std::string page) {
    for (const char* name : {"script", "style"}) {
        const std::string text = content(page, name);
        page.erase(page.find(text), text.size());
    }
    return test::parse_xml(page);
}

// What a golden file keeps of a page: all but style and script, which are files of their own.
std::string without_assets(std::string page) {
    for (const char* name : {"script", "style"}) {
        const std::string text = content(page, name);
        page.replace(page.find(text), text.size(), "…");
        const std::string hash = sha256_base64(text);
        page.replace(page.find(hash), hash.size(), "…");
    }
    return page;
}

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
    world.options.prune = true;
    return world;
}

Plan hostile_plan() {
    Plan plan;
    plan.target = kHostile;
    plan.workflows = {kHostile};
    plan.options.targets = plan.options.excludes = {kHostile};
    for (const Action action :
         {Action::create, Action::update, Action::replace, Action::remove, Action::adopt, Action::none}) {
        Change change;
        change.address = Address::task(kHostile, kHostile, kHostile);
        change.action = action;
        change.id = ResourceId{kHostile};
        change.leaves = {ResourceId{kHostile}};
        change.waits_for = {Address::task(kHostile, kHostile, kHostile)};
        StringList list(12, kHostile);
        change.attributes = {{Attribute::label, kHostile, std::string("a\n") + kHostile},
                             {Attribute::program_args, StringList{kHostile}, list},
                             {Attribute::members, list, StringList{kHostile}},
                             {Attribute::description, std::nullopt, kHostile}};
        plan.changes.push_back(change);
    }
    return plan;
}

TEST(Escaping, LeavesNoMarkupAndMakesVisibleWhatIsNot) {
    EXPECT_EQ(escaped("<a href=\"x\" b='y'>&amp;</a>"),
              "&lt;a href=&quot;x&quot; b=&#39;y&#39;&gt;&amp;amp;&lt;/a&gt;");
    EXPECT_EQ(escaped("a\xE2\x80\xAE\x1b\n\xFF"), "a\\u202e\\x1b\\n\\xff");
    EXPECT_EQ(escaped(std::string_view("a\0b", 3)), "a\\x00b");
    EXPECT_EQ(escaped("\xEF\xBF\xBE\xEF\xBF\xBF\xEF\xBF\xBD"), "\\ufffe\\uffff\xEF\xBF\xBD");
    EXPECT_EQ(escaped("Zürich 東京"), "Zürich 東京");
}

TEST(Sha256, InBase64IsWhatOthersCompute) {
    EXPECT_EQ(sha256_base64(""), "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
    EXPECT_EQ(sha256_base64("abc"), "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=");
}

TEST(PlanPage, IsAsReviewed) {
    test::World world = eventful();
    const Planned planned = world.plan();
    PlanPage page;
    page.file = "my plan.json";
    page.advice = "notice: a <b>\nsecond line\n";
    page.graph = "<svg xmlns=\"http://www.w3.org/2000/svg\"></svg>\n";
    page.graph_note = "Nothing is drawn as one.";
    const std::string html = plan_html(planned.plan, page);
    test::expect_golden("plan.html", without_assets(html));
    EXPECT_EQ(parse_page(html).fault, "");
}

TEST(PlanPage, PolicyAllowsExactlyItsOwnStyleAndScript) {
    const std::string page = plan_html(hostile_plan(), {});
    const auto metas = parse_page(page).named("meta");
    std::string policy;
    for (const test::XmlElement& meta : metas) {
        if (meta.attributes.contains("http-equiv")) policy = meta.attributes.at("content");
    }
    EXPECT_EQ(policy, "default-src 'none'; script-src 'sha256-" + sha256_base64(content(page, "script")) +
                          "'; style-src 'sha256-" + sha256_base64(content(page, "style")) +
                          "'; base-uri 'none'; form-action 'none'");
    // It counts from where it stands on, so nothing that it forbids may come first.
    EXPECT_LT(page.find("Content-Security-Policy"), page.find("<style"));
}

TEST(PlanPage, OfHostileStrings_HoldsThemAsTextAndNothingElse) {
    PlanPage extras;
    extras.file = kHostile;
    extras.advice = kHostile;
    extras.graph_note = kHostile;
    const test::XmlDocument page = parse_page(plan_html(hostile_plan(), extras));
    EXPECT_EQ(page.fault, "");
    EXPECT_THAT(page.named("script"), SizeIs(1));
    EXPECT_THAT(page.named("img"), IsEmpty());
    for (const test::XmlElement& element : page.elements) {
        for (const auto& [name, value] : element.attributes) {
            EXPECT_FALSE(name.starts_with("on") || name == "style" || name == "src") << element.name;
            EXPECT_FALSE(name == "href" && !value.starts_with("#")) << value;
        }
    }
    EXPECT_THAT(page.text, HasSubstr(visible(kHostile)));
    EXPECT_THAT(page.text, HasSubstr("\\ufffe"));
    EXPECT_THAT(page.text, Not(HasSubstr("\xE2\x80\xAE")));
}

TEST(PlanPage, NamesEveryChangeOnceInTheTableWithItsSignAndWord) {
    test::World world = eventful();
    const Plan plan = world.plan().plan;
    const test::XmlDocument page = parse_page(plan_html(plan, {}));
    std::size_t rows = 0;
    for (const test::XmlElement& element : page.named("tr"))
        rows += element.attributes.contains("data-a") ? 1U : 0U;
    EXPECT_EQ(rows, plan.changes.size());
    EXPECT_THAT(page.text, HasSubstr("± replace"));
    EXPECT_THAT(page.of_class("warning"), SizeIs(1));
}

TEST(PlanPage, WithoutAGraph_SaysWhyInItsPlace) {
    test::World world = eventful();
    PlanPage extras;
    extras.graph_note = "No picture: because.";
    const test::XmlDocument page = parse_page(plan_html(world.plan().plan, extras));
    EXPECT_THAT(page.text, HasSubstr("No picture: because."));
    EXPECT_THAT(page.named("svg"), IsEmpty());
}

TEST(PlanPage, WithNothingToDo_SaysSoAndWarnsOfNothing) {
    Plan plan;
    plan.workflows = {"wf"};
    plan.unchanged = 7;
    const test::XmlDocument page = parse_page(plan_html(plan, {}));
    EXPECT_EQ(page.fault, "");
    EXPECT_THAT(page.text, HasSubstr("No changes"));
    EXPECT_THAT(page.of_class("warning"), IsEmpty());
    EXPECT_THAT(page.named("form"), IsEmpty());
}

TEST(PlanPage, CommandOfAFileWithBlanksOrADash_IsQuoted) {
    PlanPage extras;
    extras.file = "my plan's.json";
    EXPECT_THAT(parse_page(plan_html({}, extras)).text,
                HasSubstr(R"(tlm apply 'my plan'\''s.json' --expect sha256:)"));
    extras.file = "-x.json";
    EXPECT_THAT(parse_page(plan_html({}, extras)).text, HasSubstr("tlm apply ./-x.json"));
}

TEST(PlanPage, OfLongLists_ShowsWhatDiffersAndCountsTheRest) {
    Plan plan;
    Change change;
    change.address = Address::team_of("wf", "t");
    change.action = Action::update;
    StringList before;
    for (int i = 0; i < 100; ++i)
        before.push_back("agent-" + std::to_string(i));
    StringList after = before;
    after.back() = "newcomer";
    change.attributes = {{Attribute::members, before, after}};
    plan.changes = {change};
    const std::string page = plan_html(plan, {});
    EXPECT_THAT(page, HasSubstr("<del>&quot;agent-99&quot;</del>"));
    EXPECT_THAT(page, HasSubstr("<ins>&quot;newcomer&quot;</ins>"));
    EXPECT_THAT(page, HasSubstr("… 99 unchanged elements"));
    EXPECT_THAT(page, Not(HasSubstr("agent-50")));
}

TEST(PlanPage, OfTextsWithManyLines_ShowsTheLinesThatDiffer) {
    Plan plan;
    Change change;
    change.address = Address::agent("wf", "a");
    change.action = Action::update;
    change.attributes = {
        {Attribute::description, std::string("one\ntwo\nthree\nfour"), std::string("one\n2\nthree\nfour")}};
    plan.changes = {change};
    const std::string page = plan_html(plan, {});
    EXPECT_THAT(page, HasSubstr("one\n<del>two</del><ins>2</ins>three\nfour\n"));
}

// Many attributes would make a page that no browser opens; of deletes they are shown all the same.
TEST(PlanPage, OfAVastPlan_ListsEveryChangeAndSaysWhichAttributesAreLeftOut) {
    Plan plan;
    for (int i = 0; i < 3000; ++i) {
        Change change;
        change.address = Address::agent("wf", "a" + std::to_string(10000 + i));
        change.action = i % 2 == 0 ? Action::create : Action::remove;
        const auto value = std::string(8000, 'x') + std::to_string(i);
        change.attributes = {{Attribute::label, value, value}};
        plan.changes.push_back(change);
    }
    const std::string page = plan_html(plan, {});
    EXPECT_THAT(page, HasSubstr("but the attributes of some are left out here: "));
    EXPECT_THAT(page, HasSubstr("to create. The plan file has all of them."));
    EXPECT_THAT(page, HasSubstr(std::string("x2999&quot;")));
    EXPECT_THAT(page, HasSubstr("a12998<"));
    EXPECT_LT(page.size(), std::size_t{20} << 20U);
}

TEST(DriftPage, IsAsReviewed) {
    test::World world = eventful();
    world.workflows = {test::sample_workflow()};
    const auto builder = world.state.bound.at(Address::agent("wf", "builder")).id;
    world.fleet.get(builder)->attributes.set(Attribute::working_dir, std::string("/else<where>"));
    const Snapshot snapshot = world.fleet.read_fleet().value();
    const StateView view = view_state(world.state, snapshot).value();
    const auto findings = find_drift({world.workflows, snapshot, view, "fake:", "", {}}, {});
    const std::string html = drift_html(findings, "fake:");
    test::expect_golden("drift.html", without_assets(html));
    EXPECT_EQ(parse_page(html).fault, "");
}

TEST(DriftPage, OfHostileStrings_HoldsThemAsTextAndNothingElse) {
    std::vector<Finding> findings;
    for (const DriftKind kind : {DriftKind::orphan, DriftKind::duplicate, DriftKind::missing,
                                 DriftKind::changed, DriftKind::stopped, DriftKind::unowned}) {
        Finding finding;
        finding.kind = kind;
        finding.name = kHostile;
        finding.id = ResourceId{kHostile};
        if (kind != DriftKind::unowned) finding.address = Address::agent(kHostile, kHostile);
        finding.attributes = {{Attribute::label, kHostile, kHostile + "x"}};
        findings.push_back(finding);
    }
    const test::XmlDocument page = parse_page(drift_html(findings, kHostile));
    EXPECT_EQ(page.fault, "");
    EXPECT_THAT(page.named("script"), SizeIs(1));
    EXPECT_THAT(page.named("img"), IsEmpty());
    const test::XmlDocument none = parse_page(drift_html({}, kHostile));
    EXPECT_EQ(none.fault, "");
    EXPECT_THAT(none.text, HasSubstr("No drift"));
}

}  // namespace
}  // namespace tlm::cmd
