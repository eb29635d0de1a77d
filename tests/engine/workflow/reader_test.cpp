#include "engine/workflow/reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/engine/workflow/read_text.h"

namespace tlm {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kWhole = R"(apiVersion: telemachy/v1
metadata:
  name: whole
  description: >
    folded into
    one line
agents:
  - name: local-one
    program: none
    model: m1
    working_dir: /work
  - name: box
    runtime: docker
    docker_image: img:1
    cpus: 4
    memory: 8g
teams:
  - name: crew
    agents: [local-one, box]
    tasks:
      - subject: "first: one"
        description: |
          two
          lines
        assign_to: box
      - subject: second
        description: x
        assign_to: local-one
        blocked_by: ["first: one"]
teardown: never
timeout_seconds: 90.5
)";

TEST(Reader_WholeSchema, ReadsEveryMember) {
    const Workflow workflow = read(kWhole);
    EXPECT_EQ(workflow.name, "whole");
    EXPECT_EQ(workflow.description, "folded into one line\n");
    ASSERT_EQ(workflow.agents.size(), 2U);
    EXPECT_EQ(workflow.agents[0].model, "m1");
    EXPECT_EQ(workflow.agents[0].runtime, Runtime::local);
    EXPECT_EQ(workflow.agents[1].docker_image, "img:1");
    EXPECT_EQ(workflow.agents[1].cpus, 4);
    EXPECT_EQ(workflow.agents[1].memory, "8g");
    ASSERT_EQ(workflow.teams.size(), 1U);
    EXPECT_THAT(workflow.teams[0].agents, ElementsAre("local-one", "box"));
    EXPECT_EQ(workflow.teams[0].tasks[0].description, "two\nlines\n");
    EXPECT_THAT(workflow.teams[0].tasks[1].blocked_by, ElementsAre("first: one"));
    EXPECT_EQ(workflow.teardown, Teardown::never);
    EXPECT_EQ(workflow.timeout_seconds, 90.5);
}

TEST(Reader_MembersNotSet, AreNotSet) {
    const Workflow workflow =
        read("metadata: {name: w}\nagents: [{name: a, model: ~, docker_image: null}]\nteams: []\n");
    EXPECT_FALSE(workflow.agents[0].program);
    EXPECT_FALSE(workflow.agents[0].model);
    EXPECT_FALSE(workflow.agents[0].cpus);
    EXPECT_FALSE(workflow.timeout_seconds);
    EXPECT_EQ(workflow.teardown, Teardown::on_completion);
}

TEST(Reader_Json, ReadsTheSameAsYaml) {
    const Workflow workflow = read(
        R"({"metadata":{"name":"j"},"agents":[{"name":"a","runtime":"docker","docker_image":"i","cpus":2.0}],)"
        R"("teams":[{"name":"t","agents":["a"],"tasks":[{"subject":"sé","description":"d","assign_to":"a"}]}],)"
        R"("timeout_seconds":1e3})",
        "w.json");
    EXPECT_EQ(workflow.agents[0].cpus, 2);
    EXPECT_EQ(workflow.teams[0].tasks[0].subject, "sé");
    EXPECT_EQ(workflow.timeout_seconds, 1000);
}

TEST(Reader_AnchorsAliasesAndMergeKeys, MeanWhatYamlSays) {
    const Workflow workflow = read(
        "metadata: {name: w}\nagents:\n  - &base\n    name: a\n    program: p\n    model: m\n"
        "  - <<: *base\n    name: b\n    program: q\n  - name: c\n    <<: [{model: one}, *base]\nteams: "
        "[]\n");
    EXPECT_EQ(workflow.agents[1].name, "b");
    EXPECT_EQ(workflow.agents[1].program, "q");
    EXPECT_EQ(workflow.agents[1].model, "m");
    EXPECT_EQ(workflow.agents[2].name, "c");
    EXPECT_EQ(workflow.agents[2].model, "one");
}

TEST(Reader_WindowsFile, IsReadWithItsMarkAndLineEnds) {
    EXPECT_EQ(read("\xEF\xBB\xBFmetadata:\r\n  name: w\r\nagents: []\r\nteams: []\r\n").name, "w");
}

TEST(Reader_IntegersOfBothYamlVersions, AreRead) {
    for (const auto& [text, value] : std::vector<std::pair<const char*, int>>{{"8", 8},
                                                                              {"0x10", 16},
                                                                              {"0o17", 15},
                                                                              {"017", 15},
                                                                              {"0b11", 3},
                                                                              {"1_0", 10},
                                                                              {"1:30", 90},
                                                                              {"2.0", 2},
                                                                              {"\"3\"", 3}}) {
        const Workflow workflow =
            read(std::string("metadata: {name: w}\nagents:\n  - name: a\n    runtime: docker\n"
                             "    docker_image: i\n    cpus: ") +
                 text + "\nteams: []\n");
        EXPECT_EQ(workflow.agents[0].cpus, value) << text;
    }
}

TEST(Reader_ScalarsThatAreNoTexts, GetTheAdviceToQuoteThem) {
    for (const char* word : {"yes", "Off", "null", "12", "1.5", "0x1F", "2026-01-31", "1:30", ".inf"}) {
        const std::string text = faults(
            std::string("metadata: {name: w}\nagents:\n  - name: a\n    program: ") + word + "\nteams: []\n");
        EXPECT_THAT(text, HasSubstr(std::string("Write \"") + word + "\".")) << word;
    }
    for (const char* word : {"y", "none", "1.2.3", "4g", "nO", "1e3", "08", "0o17", "--", "0x", "2026-1-2",
                             "2026-01-31 3 tests"}) {
        EXPECT_EQ(faults(std::string("metadata: {name: w}\nagents:\n  - name: a\n    memory: ") + word +
                         "\nteams: []\n"),
                  "")
            << word;
    }
}

TEST(Reader_Misspelling, ShowsPlaceLineCaretAndSuggestion) {
    EXPECT_EQ(faults("metadata:\n  name: w\nagents:\n  - name: é\n    modle: m1\nteams: []\n"),
              "w.yaml:5:5: an agent has no member `modle`\n"
              "    5 |     modle: m1\n"
              "      |     ^\n"
              "  next: Did you mean `model`?\n");
}

TEST(Reader_ManyFaultsInManyFiles, AreReportedInOneGo) {
    const std::vector<Source> sources = {
        {"a.yaml",
         "metadata: {name: w}\nagents: [{name: x}, {name: x}]\nteams:\n  - name: t\n    agents: [xx]\n    "
         "tasks:\n"
         "      - subject: s\n        description: d\n        assign_to: y\n        blocked_by: [s]\n"},
        {"b.yaml", "metadata: {name: w}\nagents: {}\nteams: []\n"},
        {"c.yaml", "metadata: [\n"}};
    EXPECT_EQ(faults(sources),
              "a.yaml:2:28: there are two agents named `x`\n"
              "    2 | agents: [{name: x}, {name: x}]\n"
              "      |                            ^\n"
              "  a.yaml:2:17: the first is here\n"
              "a.yaml:5:14: there is no agent `xx` in this workflow\n"
              "    5 |     agents: [xx]\n"
              "      |              ^\n"
              "  next: Did you mean `x`?\n"
              "a.yaml:9:20: there is no agent `y` in this workflow\n"
              "    9 |         assign_to: y\n"
              "      |                    ^\n"
              "  next: Did you mean `x`?\n"
              "a.yaml:10:22: the task `s` waits for itself\n"
              "   10 |         blocked_by: [s]\n"
              "      |                      ^\n"
              "  next: Take it out of its own `blocked_by`.\n"
              "b.yaml:1:18: there are two workflows named `w`\n"
              "    1 | metadata: {name: w}\n"
              "      |                  ^\n"
              "  a.yaml:1:18: the first is here\n"
              "b.yaml:2:9: `agents` is a list, and this is a mapping\n"
              "    2 | agents: {}\n"
              "      |         ^\n"
              "c.yaml:2:1: not YAML: did not find expected node content\n"
              "  next: A value is missing, or a [ or { is never closed.\n");
}

TEST(Reader_Cycle, NamesThePath) {
    EXPECT_THAT(
        faults("metadata: {name: w}\nagents: [{name: a}]\nteams:\n  - name: t\n    agents: [a]\n    tasks:\n"
               "      - {subject: one, description: d, assign_to: a, blocked_by: [three]}\n"
               "      - {subject: two, description: d, assign_to: a, blocked_by: [one]}\n"
               "      - {subject: three, description: d, assign_to: a, blocked_by: [two]}\n"),
        HasSubstr("in a circle: `one` -> `three` -> `two` -> `one`"));
}

TEST(Reader_DockerWithoutImage_MissingMembers, AreNamed) {
    const std::string text = faults("metadata: {}\nagents: [{runtime: docker}]\n");
    EXPECT_THAT(text, HasSubstr("metadata needs the member `name`"));
    EXPECT_THAT(text, HasSubstr("an agent needs the member `name`"));
    EXPECT_THAT(text, HasSubstr("needs the member `docker_image`"));
    EXPECT_THAT(text, HasSubstr("a workflow needs the member `teams`"));
}

TEST(Reader_LimitsOfTheServer, AreKept) {
    EXPECT_THAT(faults("metadata: {name: w}\nagents: [{name: " + std::string(257, 'a') + "}]\nteams: []\n"),
                HasSubstr("257 bytes; the server takes 256 at most"));
}

TEST(Reader_TwoResourcesWithOneKey, IsAFault) {
    // Found by hand: `a|-` with fifty dashes and `a` with `-|` before them hash the same text and cut to one
    // suffix.
    const std::string dashes(50, '-');
    EXPECT_THAT(
        faults({{"a.yaml", "metadata: {name: 'a|-'}\nagents: [{name: '" + dashes + "'}]\nteams: []\n"},
                {"b.yaml", "metadata: {name: a}\nagents: [{name: '-|" + dashes + "'}]\nteams: []\n"}}),
        HasSubstr("has the same key as another resource"));
}

TEST(Reader_HostileInput, EndsInAFaultAndNotInACrash) {
    std::string laughs = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n";
    for (int i = 1; i < 20; ++i) {
        laughs += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
        for (int j = 0; j < 9; ++j)
            laughs += "*a" + std::to_string(i - 1) + ",";
        laughs += "]\n";
    }
    EXPECT_THAT(faults(laughs), HasSubstr("once its aliases are expanded"));
    EXPECT_THAT(faults(std::string(200, '[')), HasSubstr("nested more than 64 levels"));
    EXPECT_THAT(faults({{"w.json", std::string(100000, '[')}}), HasSubstr("nested more than 64 levels"));
    EXPECT_THAT(faults("a: &a [*a]\n"), HasSubstr("names no anchor before it"));
    EXPECT_THAT(faults(""), HasSubstr("the file holds no workflow"));
    EXPECT_THAT(faults("--- {}\n--- {}\n"), HasSubstr("a second document"));
    EXPECT_THAT(faults("metadata: !!python/object:os.system x\n"),
                HasSubstr("the tag `tag:yaml.org,2002:python/object:os.system` has no meaning"));
    EXPECT_THAT(faults("a: \xFF\n"), HasSubstr("UTF-8"));
    EXPECT_THAT(faults("? [a]\n: b\n"), HasSubstr("must be a text"));
    EXPECT_THAT(faults("a: 1\na: 2\n"), HasSubstr("is there twice"));
    EXPECT_THAT(faults({{"w.json", "{\"a\":1,\"a\":2}"}}),
                HasSubstr("w.json:1:8: the member `a` is there twice"));
    EXPECT_THAT(faults({{"w.json", "{\"a\":\n 1,}"}}), HasSubstr("w.json:2:4: not JSON"));
}

TEST(Reader_FaultsWithoutEnd, AreCountedAfterTheFirstThousand) {
    std::string text = "metadata: {name: w}\nagents: []\nteams:\n  - name: t\n    tasks: []\n    agents:\n";
    for (int i = 0; i < 5000; ++i)
        text += "      - nobody" + std::to_string(i) + "\n";
    const ReadResult result = read_workflows({{"w.yaml", text}});
    ASSERT_EQ(result.diagnostics.size(), 1001U);
    EXPECT_EQ(result.diagnostics.back().message, "and 4000 more faults after the first 1000");
}

TEST(Reader_FileCutAtAnyByte, NeverCrashes) {
    const std::string whole = kWhole;
    for (std::size_t size = 0; size < whole.size(); ++size)
        static_cast<void>(faults(whole.substr(0, size)));
}

TEST(FormatDiagnostic_ControlAndBidirectionalCharacters, AreMadeVisible) {
    const std::string text =
        faults("metadata: {name: w}\nagents: []\nteams: []\n\"x\\u202Ey\": \"\xE2\x80\xAE\"\n");
    EXPECT_THAT(text, HasSubstr("\\u202e"));
    EXPECT_THAT(text, testing::Not(HasSubstr("\xE2\x80\xAE")));
}

TEST(FormatDiagnostic_LongLine, IsCutAroundTheCaret) {
    const std::string text = faults("metadata: {name: w, note: \"" + std::string(500, 'n') +
                                    "\"}\nagents: []\nteams: []\nx" + std::string(300, 'y') + ": 1\n");
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = text.find('\n', at);
        if (text.substr(at, end - at).find(" | ") != std::string::npos) {
            EXPECT_LE(end - at, 130U);
        }
        at = end + 1;
    }
}

}  // namespace
}  // namespace tlm
