// What the schema and the checks between resources say.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "engine/workflow/task_order.h"
#include "tests/engine/workflow/read_text.h"

namespace tlm {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::string with_agent(const std::string& members) {
    return "metadata: {name: w}\nteams: []\nagents:\n  - {name: a, " + members + "}\n";
}

std::string with_tasks(const std::string& tasks) {
    return "metadata: {name: w}\nagents: [{name: a}]\nteams:\n  - name: t\n    agents: [a]\n    tasks:\n" +
           tasks;
}

std::string task(const std::string& subject, const std::string& blocked_by) {
    return fmt::format("      - {{subject: {}, description: d, assign_to: a, blocked_by: [{}]}}\n", subject,
                       blocked_by);
}

TEST(Schema_NumbersThatAreNone, SayWhatWasRead) {
    for (const char* cpus : {"0", "-1", "1.5", "two", "yes", "~", "[1]", ".inf", "1e999"}) {
        EXPECT_THAT(faults(with_agent(std::string("cpus: ") + cpus)), HasSubstr("whole number of at least 1"))
            << cpus;
    }
    EXPECT_THAT(faults(with_agent("cpus: two")), HasSubstr("and this is `two`"));
    for (const char* seconds : {"0", "-1", ".inf", ".nan", "soon", "true"}) {
        EXPECT_THAT(
            faults(std::string("metadata: {name: w}\nagents: []\nteams: []\ntimeout_seconds: ") + seconds),
            HasSubstr(fmt::format("greater than 0, and this is `{}`", seconds)));
    }
    EXPECT_EQ(read("metadata: {name: w}\nagents: []\nteams: []\ntimeout_seconds:\n").timeout_seconds,
              std::nullopt);
}

TEST(Schema_Choices, NameTheNearest) {
    EXPECT_EQ(faults(with_agent("runtime: dokcer")),
              "w.yaml:4:24: `runtime` is one of local, docker, and this is `dokcer`\n"
              "    4 |   - {name: a, runtime: dokcer}\n"
              "      |                        ^\n"
              "  next: Did you mean `docker`?\n");
    EXPECT_THAT(faults("metadata: {name: w}\nagents: []\nteams: []\nteardown: no\n"),
                HasSubstr("`teardown` is one of on_completion, on_failure, never, and this is `no`"));
    EXPECT_THAT(faults("apiVersion: telemachy/v2\nmetadata: {name: w}\nagents: []\nteams: []\n"),
                HasSubstr("`telemachy/v2` is not a version"));
}

TEST(Schema_DockerImage, IsNeededOnceAndNotEmpty) {
    EXPECT_THAT(faults(with_agent("runtime: docker")), HasSubstr("needs the member `docker_image`"));
    EXPECT_THAT(faults(with_agent("runtime: docker, docker_image: ~")), HasSubstr("needs the member"));
    EXPECT_THAT(faults(with_agent("runtime: docker, docker_image: ''")), HasSubstr("must not be empty"));
    EXPECT_THAT(faults(with_agent("runtime: docker, docker_image: 1")), Not(HasSubstr("needs the member")));
}

TEST(Schema_NamesThatAreNone, AreOneFaultEach) {
    const std::string rest = "agents: []\nteams: []\n";
    EXPECT_EQ(read_workflows({{"w.yaml", "metadata: {name: [w]}\n" + rest}}).diagnostics.size(), 1U);
    EXPECT_THAT(faults("metadata: {name: ''}\n" + rest), HasSubstr("must not be empty"));
    EXPECT_THAT(faults("metadata: {name: }\n" + rest), HasSubstr("has no value here"));
    EXPECT_THAT(faults("metadata: {name: \"a\\nb\"}\n" + rest), HasSubstr("control character"));
    EXPECT_THAT(faults("metadata: {name: \"a\\x9bb\"}\n" + rest), HasSubstr("control character"));
    EXPECT_THAT(faults("metadata: {name: \"a\\0b\"}\n" + rest), HasSubstr("NUL"));
    EXPECT_THAT(faults(with_tasks("      - {subject: s, description: d, assign_to: ''}\n")),
                HasSubstr("`assign_to` must not be empty"));
}

TEST(Names_WithWhatCantBeSeen, AreNamedWithPlaceAddressAndCodePointApartFromFaults) {
    const std::string text =
        "metadata: {name: \"w\\u00a0\"}\nagents: [{name: \"a\\u200b\"}, {name: \"\u2764\ufe0f\"}]\nteams:\n"
        "  - name: \"t\\u2800\"\n    agents: []\n    tasks:\n"
        "      - {subject: \"s\\u3164\", description: \"d\\u200b\", assign_to: \"a\\u200b\"}\n";
    const std::vector<Source> sources = {{"w.yaml", text}};
    const ReadResult result = read_workflows(sources);
    EXPECT_THAT(result.diagnostics, IsEmpty());
    std::vector<std::string> found;
    for (const UnseenInName& name : result.unseen) {
        const std::string shown = format_diagnostic(name.diagnostic, sources);
        found.push_back(shown.substr(0, shown.find(", which")));
    }
    EXPECT_THAT(found, ElementsAre("w.yaml:1:18: the name of this workflow holds U+00A0 NO-BREAK SPACE",
                                   "w.yaml:2:17: the name of this agent holds U+200B ZERO WIDTH SPACE",
                                   "w.yaml:4:11: the name of this team holds U+2800 BRAILLE PATTERN BLANK",
                                   "w.yaml:7:19: the name of this task holds U+3164 HANGUL FILLER"));
    ASSERT_EQ(result.unseen.size(), 4U);
    EXPECT_TRUE(result.unseen[0].of_workflow);
    EXPECT_EQ(result.unseen[3].address, Address::task("w\u00a0", "t\u2800", "s\u3164"));
}

TEST(Schema_LimitsOfTheServer, AreThoseOfTheirMembers) {
    const auto text = [](std::size_t size) { return std::string(size, 'x'); };
    EXPECT_EQ(faults(with_agent("program: " + text(1024))), "");
    EXPECT_THAT(faults(with_agent("program: " + text(1025))), HasSubstr("takes 1024 at most"));
    const auto one = [&](std::size_t subject, std::size_t description) {
        return faults(with_tasks("      - {subject: " + text(subject) +
                                 ", description: " + text(description) + ", assign_to: a}\n"));
    };
    EXPECT_EQ(one(512, 4096), "");
    EXPECT_THAT(one(513, 1), HasSubstr("`subject` has 513 bytes; the server takes 512 at most"));
    EXPECT_THAT(one(1, 4097), HasSubstr("`description` has 4097 bytes; the server takes 4096 at most"));
}

TEST(Checks_References, SuggestTheNearestOfALargeFleet) {
    std::string text = "metadata: {name: w}\nteams: [{name: t, tasks: [], agents: [agnet-04321]}]\nagents:\n";
    for (int i = 0; i < 5000; ++i)
        text += fmt::format("  - name: agent-{:05}\n", i);
    EXPECT_THAT(faults(text), HasSubstr("Did you mean `agent-04321`?"));
}

TEST(Checks_ManyReferencesAmongLongNames, EndInBoundedTime) {
    const std::string same(190, 'n');
    std::string text = "metadata: {name: w}\nagents:\n";
    for (int i = 0; i < 2000; ++i)
        text += fmt::format("  - name: {}{:05}\n", same, i);
    text += "teams:\n  - name: t\n    tasks: []\n    agents:\n";
    for (int i = 0; i < 1000; ++i)
        text += fmt::format("      - x{}q{:04}\n", same, i);
    EXPECT_EQ(read_workflows({{"w.yaml", text}}).diagnostics.size(), 1000U);
}

TEST(Checks_ReferencesWithoutAListOfAgents, AreNotBlamed) {
    EXPECT_EQ(faults("metadata: {name: w}\nagents: {}\nteams: [{name: t, agents: [a], tasks: []}]\n"),
              "w.yaml:2:9: `agents` is a list, and this is a mapping\n"
              "    2 | agents: {}\n"
              "      |         ^\n");
}

TEST(Checks_DuplicateTeamsAndSubjects, NameBothPlaces) {
    EXPECT_THAT(
        faults("metadata: {name: w}\nagents: []\nteams:\n  - {name: t, agents: [], tasks: []}\n"
               "  - {name: t, agents: [], tasks: []}\n"),
        HasSubstr("w.yaml:5:12: there are two teams named `t`\n    5 |   - {name: t, agents: [], tasks: []}\n"
                  "      |            ^\n  w.yaml:4:12: the first is here\n"));
    EXPECT_THAT(faults(with_tasks(task("s", "") + task("s", ""))),
                HasSubstr("w.yaml:8:19: there are two tasks named `s`"));
}

TEST(Checks_WorkflowCopied, IsOneFault) {
    const std::string text = "metadata: {name: w}\nagents: [{name: a}, {name: b}]\nteams: []\n";
    EXPECT_EQ(faults({{"one.yaml", text}, {"two.yaml", text}}),
              "two.yaml:1:18: there are two workflows named `w`\n"
              "    1 | metadata: {name: w}\n"
              "      |                  ^\n"
              "  one.yaml:1:18: the first is here\n");
}

TEST(Checks_Cycles, AreAllReported) {
    EXPECT_EQ(faults(with_tasks(task("a", "b") + task("b", "c") + task("c", "a") + task("d", "e") +
                                task("e", "d"))),
              "w.yaml:7:19: tasks wait for each other in a circle: `a` -> `b` -> `c` -> `a`\n"
              "    7 |       - {subject: a, description: d, assign_to: a, blocked_by: [b]}\n"
              "      |                   ^\n"
              "  next: Take one of them out of a `blocked_by`.\n"
              "w.yaml:10:19: tasks wait for each other in a circle: `d` -> `e` -> `d`\n"
              "   10 |       - {subject: d, description: d, assign_to: a, blocked_by: [e]}\n"
              "      |                   ^\n"
              "  next: Take one of them out of a `blocked_by`.\n");
}

TEST(Checks_CycleOfAHundredThousand, IsFoundAndShortened) {
    std::vector<TaskSpec> tasks(100'000);
    for (std::size_t i = 0; i < tasks.size(); ++i) {
        tasks[i].subject = fmt::format("s{}", i);
        if (i > 0) tasks[i].blocked_by = {fmt::format("s{}", i - 1)};
    }
    EXPECT_THAT(find_cycles(tasks), IsEmpty());
    tasks[0].blocked_by = {"s99999"};
    ASSERT_EQ(find_cycles(tasks).size(), 1U);
    EXPECT_EQ(find_cycles(tasks)[0].size(), 100'000U);

    std::string text;
    for (int i = 0; i < 30; ++i)
        text += task(fmt::format("s{}", i), fmt::format("s{}", (i + 1) % 30));
    EXPECT_THAT(faults(with_tasks(text)), HasSubstr("`s9` -> (10 more) -> `s20` -> "));
}

TEST(FindCycles_TaskThatWaitsForItselfOrForNobody, IsNoCycle) {
    std::vector<TaskSpec> tasks(2);
    tasks[0].subject = "a";
    tasks[0].blocked_by = {"a", "nobody"};
    tasks[1].subject = "b";
    tasks[1].blocked_by = {"a", "a"};
    EXPECT_THAT(find_cycles(tasks), IsEmpty());
    tasks[0].blocked_by = {"a", "b"};
    EXPECT_THAT(find_cycles(tasks), ElementsAre(ElementsAre(0U, 1U)));
}

TEST(FindCycles_CyclesThatShareATask, AreReportedOnce) {
    std::vector<TaskSpec> tasks(3);
    tasks[0] = {.subject = "a", .description = {}, .assign_to = {}, .blocked_by = {"b", "c"}, .position = {}};
    tasks[1] = {.subject = "b", .description = {}, .assign_to = {}, .blocked_by = {"a"}, .position = {}};
    tasks[2] = {.subject = "c", .description = {}, .assign_to = {}, .blocked_by = {"a"}, .position = {}};
    EXPECT_THAT(find_cycles(tasks), ElementsAre(ElementsAre(0U, 1U)));
}

TEST(FormatDiagnostic_TabsAndHighLineNumbers, KeepTheCaretInPlace) {
    const std::string text =
        std::string(123'455, '\n') + "metadata: {name: w}\nagents: []\nteams: []\nx:\t1\ny\t: 2\n";
    EXPECT_THAT(faults(text), HasSubstr("123459 | x: 1\n       | ^\n"));
    const std::vector<Source> sources = {{"w.yaml", "a\tb\n"}};
    EXPECT_EQ(format_diagnostic({{0, 1, 3}, "here", "", {}}, sources),
              "w.yaml:1:3: here\n    1 | a b\n      |   ^\n");
}

TEST(FormatDiagnostic_LongNames, AreCut) {
    EXPECT_THAT(
        faults("metadata: {name: w}\nagents: []\nteams: []\n? " + std::string(100'000, 'k') + "\n: 1\n"),
        HasSubstr("has no member `" + std::string(80, 'k') + "…`\n"));
    EXPECT_LT(faults(with_agent("modle: " + std::string(100'000, 'x'))).size(), 500U);
}

TEST(FormatDiagnostic_LongLine, ShowsThePartAroundTheCaret) {
    const std::vector<Source> sources = {{"w.yaml", std::string(200, 'a') + "X" + std::string(200, 'b')}};
    EXPECT_EQ(format_diagnostic({{0, 1, 201}, "here", "", {}}, sources),
              "w.yaml:1:201: here\n    1 | … " + std::string(50, 'a') + "X" + std::string(49, 'b') +
                  " …\n      | " + std::string(52, ' ') + "^\n");
}

}  // namespace
}  // namespace tlm
