// The pages in a real browser, where there is one: Debian's chromium, which scripts/packages --checks
// installs.

#include <gmock/gmock.h>

#include "tests/integration/fixture.h"
#include "tests/support/browser.h"

namespace tlm::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

constexpr int kTab = 9;

class Page : public testing::Test {
  protected:
    // A plan with one of nearly everything, in whose values a page might break.
    void SetUp() override {
        if (Browser::program().empty()) GTEST_SKIP() << "chromium is not installed: apt-get install chromium";
        project.write("workflows/pair.yaml", kPair);
        ASSERT_EQ(project.tlm({"apply", "--yes"}).exit_code, 0);
        std::string changed = kPair;
        changed.replace(changed.find("  - name: builder\n"), 18,
                        "  - name: builder\n    runtime: docker\n    docker_image: registry.example.org/" +
                            std::string(120, 'x') + "\n");
        changed.replace(changed.find("model: m1"), 9, "model: '<img src=x onerror=alert(1)></script>'");
        changed.insert(changed.find("agents:\n") + 8, "  - name: newcomer\n");
        project.write("workflows/pair.yaml", changed);
        const Finished plan = project.tlm({"plan", "--prune", "--out", "plan.json"});
        ASSERT_EQ(plan.exit_code, 0) << plan.err;
        const Finished page = project.tlm({"show", "plan.json", "--format", "html"});
        ASSERT_EQ(page.exit_code, 0) << page.err;
        project.write("plan.html", page.out);
        browser.emplace(Browser::program());
    }

    void open(const std::string& file) { browser->open((project.directory / file).string()); }
    // Fills the search field as a person does, and waits until the page says how much is left.
    std::string search(const std::string& text) {
        static_cast<void>(browser->value(
            "window.said = new Promise(done => new MutationObserver(() => done(0)).observe("
            "document.getElementById('matches'), {childList: true})); "
            "document.getElementById('search').focus(); document.getElementById('search').select(); 0"));
        browser->type(text);
        static_cast<void>(browser->value("window.said"));
        return browser->value("document.getElementById('matches').textContent");
    }
    // Addresses of the rows in sight.
    std::string rows() {
        return browser->value(
            "[...document.querySelectorAll('tr[data-a]')].filter(row => row.checkVisibility())"
            ".map(row => row.cells[0].textContent + ' ' + row.cells[1].textContent).join('; ')");
    }

    Project project;
    std::optional<Browser> browser;
};

TEST_F(Page, OpensWithoutComplaintsAndAsksForNothingElse) {
    open("plan.html");
    EXPECT_THAT(browser->complaints(), IsEmpty());
    EXPECT_THAT(browser->requests(), ElementsAre(HasSubstr("plan.html")));
    EXPECT_THAT(rows(), HasSubstr("± replace pair/agent/builder"));
    EXPECT_EQ(browser->value("document.querySelectorAll('main img, main script').length"), "0");
}

TEST_F(Page, FilterByTextAndByKind_ShowsWhatMatchesAndCountsIt) {
    open("plan.html");
    EXPECT_EQ(search("newcomer"), "1 of 5 changes is shown.");
    EXPECT_EQ(rows(), "+ create pair/agent/newcomer");
    EXPECT_EQ(search("nothing like it"), "0 of 5 changes are shown.");
    EXPECT_EQ(rows(), "");
    EXPECT_EQ(search("pair"), "All 5 changes are shown.");
    EXPECT_EQ(browser->value("window.said = new Promise(done => new MutationObserver(() => done(0)).observe("
                             "document.getElementById('matches'), {childList: true}));"
                             "document.querySelector('input[value=create]').click();"
                             "window.said.then(() => document.getElementById('matches').textContent)"),
              "3 of 5 changes are shown.");
    EXPECT_THAT(rows(), Not(HasSubstr("newcomer")));
    EXPECT_THAT(browser->complaints(), IsEmpty());
}

TEST_F(Page, PolicyHoldsAgainstWhatGetsIntoThePageAllTheSame) {
    open("plan.html");
    static_cast<void>(browser->value(
        "document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"window.pwned=1\">');"
        "const script = document.createElement('script'); script.textContent = 'window.pwned=2';"
        "document.body.append(script); 0"));
    EXPECT_EQ(browser->value("String(window.pwned)"), "undefined");
    EXPECT_THAT(browser->complaints(), SizeIs(testing::Ge(2U)));
}

TEST_F(Page, WithoutScripts_ShowsEverythingButTheFilter) {
    browser->set_scripts(false);
    open("plan.html");
    EXPECT_EQ(browser->value("document.getElementById('filter').checkVisibility()"), "false");
    EXPECT_THAT(rows(), HasSubstr("± replace pair/agent/builder"));
    EXPECT_THAT(rows(), HasSubstr("+ create pair/agent/newcomer"));
}

TEST_F(Page, ByKeyboard_TheFirstStopSkipsToTheList) {
    open("plan.html");
    browser->press("Tab", kTab);
    EXPECT_EQ(browser->value("document.activeElement.textContent"), "Skip to the list");
    EXPECT_EQ(browser->value("getComputedStyle(document.activeElement).outlineStyle"), "solid");
}

// WCAG AA: 4.5 to 1, over everything that has text of its own, pictures apart.
TEST_F(Page, HasReadableContrastInLightAndDark) {
    constexpr const char* kFaint = R"js((() => {
        const parse = text => (text.match(/[\d.]+/g) || []).map(Number);
        const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
            .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
            .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
        const ground = element => {
            for (; element; element = element.parentElement) {
                const color = parse(getComputedStyle(element).backgroundColor);
                if (color.length < 4 || color[3] > 0) return color;
            }
            return [255, 255, 255];
        };
        const faint = [];
        for (const element of document.querySelectorAll('body *:not(svg *)')) {
            if (![...element.childNodes].some(node => node.nodeType === 3 && node.data.trim())) continue;
            if (!element.checkVisibility() || element.tagName === 'SCRIPT') continue;
            const a = light(parse(getComputedStyle(element).color)), b = light(ground(element));
            const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
            if (ratio < 4.5) faint.push(`${element.tagName}.${element.className} ${ratio.toFixed(2)}`);
        }
        return faint.join('; ');
    })())js";
    open("plan.html");
    std::string ground;
    for (const bool dark : {false, true}) {
        browser->set_dark(dark);
        EXPECT_EQ(browser->value(kFaint), "") << (dark ? "dark" : "light");
        const std::string now = browser->value("getComputedStyle(document.documentElement).backgroundColor");
        EXPECT_NE(now, ground);
        ground = now;
    }
}

TEST_F(Page, OnANarrowScreen_NothingIsWiderThanIt) {
    browser->resize(400, 800);
    open("plan.html");
    EXPECT_EQ(browser->value("document.documentElement.scrollWidth <= document.documentElement.clientWidth"),
              "true");
    EXPECT_EQ(browser->value("[...document.querySelectorAll('body *:not(svg *)')].filter(element => "
                             "element.checkVisibility() && !element.closest('.canvas') && "
                             "element.getBoundingClientRect().right > 400.5).length"),
              "0");
}

TEST_F(Page, OfDrift_OpensWithoutComplaintsAndFilters) {
    const Finished drift = project.tlm({"drift", "--format", "html"});
    project.write("drift.html", drift.out);
    open("drift.html");
    EXPECT_THAT(browser->complaints(), IsEmpty());
    project.write("workflows/pair.yaml", crew_yaml("other", 1, 1, 0));
    project.write("drift.html", project.tlm({"drift", "--format", "html"}).out);
    open("drift.html");
    EXPECT_THAT(browser->complaints(), IsEmpty());
    EXPECT_THAT(rows(), HasSubstr("! orphan pair/agent/architect"));
    EXPECT_THAT(search("architect"), HasSubstr("1 of "));
}

TEST_F(Page, WithoutGraphviz_SaysSoInThePicturesPlaceAndIsCompleteOtherwise) {
    project.environment["PATH"] = "/nonexistent";
    const Finished page = project.tlm({"show", "plan.json", "--format", "html"});
    EXPECT_EQ(page.exit_code, 0);
    EXPECT_THAT(page.out, HasSubstr("apt-get install graphviz"));
    const Finished graph = project.tlm({"graph", "plan.json", "--format", "svg"});
    EXPECT_EQ(graph.exit_code, 1);
    EXPECT_THAT(graph.err, HasSubstr("next: Install it, on Debian with: apt-get install graphviz"));
    project.write("plan.html", page.out);
    open("plan.html");
    EXPECT_THAT(browser->complaints(), IsEmpty());
    EXPECT_THAT(rows(), HasSubstr("± replace pair/agent/builder"));
}

}  // namespace
}  // namespace tlm::test
